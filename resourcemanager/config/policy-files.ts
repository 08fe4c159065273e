/** Reads the files that say how resources are shared, for the Scheduler, which does no I/O itself. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WeftError } from '../../runtime/common/errors/index.js';
import { readHadoopXml, refuseHarmfulXml } from '../../runtime/common/config/hadoop-xml.js';
import type { PolicyFiles } from '../scheduler/index.js';

/**
 * @param confDir folder of the files; missing ones count as empty
 * @throws CONFIG_BAD_FILE with file, line and reason
 */
export function loadPolicyFiles(confDir: string): PolicyFiles {
  const site = readHadoopXml(join(confDir, 'yarn-site.xml'));
  const allocationFile = site.get('yarn.scheduler.fair.allocation.file')?.value.trim() ?? 'fair-scheduler.xml';
  return {
    site,
    capacity: readHadoopXml(join(confDir, 'capacity-scheduler.xml')),
    allocations: readAllocations(resolve(confDir, allocationFile)),
  };
}

function readAllocations(path: string): PolicyFiles['allocations'] {
  try {
    const text = readFileSync(path, 'utf8');
    refuseHarmfulXml(text, path);
    return { text, path };
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (cause instanceof WeftError) throw cause;
    throw new WeftError('CONFIG_BAD_FILE', `${path} cannot be read.`, { cause, subject: path });
  }
}
