/**
 * NodeManager: runs containers on one machine for the ResourceManager and for AppMasters. It localises files
 * (`localizer/`), starts process groups (`launcher/`), watches their memory (`monitor/`), keeps their states
 * (`containers/`) on disk (`recovery/`), serves their logs (`logs/`, `server/`) and reports (`heartbeat/`). Started by
 * `weft up` or `weft nm`. It knows nothing of streams: a container may run any program.
 */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../runtime/common/clock.js';
import { WeftError } from '../runtime/common/errors/index.js';
import { WeftHome } from '../runtime/common/home.js';
import { createLogger } from '../runtime/common/log/logger.js';
import { runRole } from '../runtime/common/process/lifecycle.js';
import { VERSION } from '../runtime/common/version.js';
import { NodeManager } from './node-manager.js';
import { nodeSettings, type NodeFlags } from './settings.js';

function parseFlags(args: readonly string[]): NodeFlags {
  const { values } = parseArgs({
    args: [...args],
    options: {
      home: { type: 'string' },
      conf: { type: 'string' },
      index: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'memory-mb': { type: 'string' },
      vcores: { type: 'string' },
      'nodes-on-machine': { type: 'string' },
      rm: { type: 'string' },
    },
  });
  const port = wholeNumber('--port', values.port);
  const memoryMb = wholeNumber('--memory-mb', values['memory-mb']);
  const vcores = wholeNumber('--vcores', values.vcores);
  const nodesOnMachine = wholeNumber('--nodes-on-machine', values['nodes-on-machine']);
  return {
    home: required('--home', values.home),
    conf: required('--conf', values.conf),
    index: wholeNumber('--index', values.index) ?? 0,
    ...(values.host === undefined ? {} : { host: values.host }),
    ...(port === undefined ? {} : { port }),
    ...(memoryMb === undefined ? {} : { memoryMb }),
    ...(vcores === undefined ? {} : { vcores }),
    ...(nodesOnMachine === undefined ? {} : { nodesOnMachine }),
    ...(values.rm === undefined ? {} : { rm: values.rm.replace(/\/$/, '') }),
  };
}

function required(flag: string, value: string | undefined): string {
  if (value === undefined) throw new WeftError('CONFIG_BAD_VALUE', `${flag} is missing.`);
  return value;
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new WeftError('CONFIG_BAD_VALUE', `${flag} ${text}: that is not a whole number.`);
  return Number(text);
}

const log = createLogger({ role: 'nodemanager' });
await runRole(log, async () => {
  const flags = parseFlags(process.argv.slice(2));
  const manager = new NodeManager({
    home: new WeftHome(flags.home),
    index: flags.index,
    settings: nodeSettings(flags),
    clock: systemClock,
    log,
    version: VERSION,
    distDir: dirname(fileURLToPath(import.meta.url)),
  });
  await manager.start();
  return () => manager.stop();
});
