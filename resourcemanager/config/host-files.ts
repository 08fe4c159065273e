import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { refuseHarmfulXml } from '../../runtime/common/config/hadoop-xml.js';
import { loadYarnSite, resourceManagerOptions as options } from '../../runtime/common/config/index.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { parseHostList, type HostList, type HostLists } from '../nodes/host-lists.js';

/**
 * The include and exclude files that `yarn-site.xml` names now; relative paths begin at its folder.
 * @throws CONFIG_BAD_FILE, CONFIG_BAD_VALUE
 */
export function loadHostLists(confDir: string): HostLists {
  const site = loadYarnSite(confDir);
  const read = (path: string): HostList => (path === '' ? new Map() : readHosts(resolve(confDir, path)));
  return { include: read(site.get(options.nodesIncludePath)), exclude: read(site.get(options.nodesExcludePath)) };
}

function readHosts(path: string): HostList {
  try {
    const text = readFileSync(path, 'utf8');
    refuseHarmfulXml(text, path);
    return parseHostList(text, path);
  } catch (cause) {
    if (cause instanceof WeftError) throw cause;
    throw new WeftError('CONFIG_BAD_FILE', `${path} cannot be read.`, { cause, subject: path });
  }
}
