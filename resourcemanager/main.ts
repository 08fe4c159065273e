/**
 * Entry point of the role ResourceManager: one process that owns the nodes' resources (Scheduler) and the applications'
 * lives (ApplicationsManager). It knows containers, never streams. Started by `weft up` or `weft rm`.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { systemClock } from '../runtime/common/clock.js';
import { loadYarnSite } from '../runtime/common/config/yarn-site.js';
import { WeftError } from '../runtime/common/errors/index.js';
import { WeftHome, removeFile, writeJsonAtomically, type RoleRecord } from '../runtime/common/home.js';
import { createLogger } from '../runtime/common/log/logger.js';
import { runRole } from '../runtime/common/process/lifecycle.js';
import { createClusterKeys, readClusterKeys } from '../runtime/common/security/cluster-keys.js';
import { VERSION } from '../runtime/common/version.js';
import { loadHostLists } from './config/host-files.js';
import { loadPolicyFiles } from './config/policy-files.js';
import { highAvailabilityOf } from './config/high-availability.js';
import { electionOf } from './ha/election.js';
import { loadRackMapping } from './config/rack-mapping.js';
import { listenAddressOf, settingsOf } from './config/settings.js';
import { ResourceManager } from './resource-manager.js';

const ROLE = 'resourcemanager';
const here = dirname(fileURLToPath(import.meta.url));
const log = createLogger({ role: ROLE });

void runRole(log, async () => {
  const { values } = parseArgs({
    options: {
      home: { type: 'string' },
      conf: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      id: { type: 'string' },
    },
  });
  const home = new WeftHome(values.home);
  const confDir = values.conf ?? home.confDir(join(here, '..', '..', 'conf'));
  const conf = loadYarnSite(confDir);
  createClusterKeys(home.clusterKeyFile);
  for (const warning of conf.warnings) log.warn(warning);
  const ha = highAvailabilityOf(conf, values.id);
  const folder = home.resourceManagerDir;
  const recordFile = home.clusterFile(ha.id === '' ? ROLE : `${ROLE}-${ha.id}`);
  const resourceManager = await ResourceManager.start({
    clock: systemClock,
    log,
    settings: settingsOf(conf),
    policies: () => loadPolicyFiles(confDir),
    hosts: () => loadHostLists(confDir),
    racks: () => loadRackMapping(confDir),
    id: ha.id,
    folder,
    stagingFolder: ha.stagingFolder,
    addresses: ha.addresses,
    automaticFailover: ha.automaticFailover,
    election: (self) => electionOf({ settings: ha, folder, clock: systemClock, log }, self),
    clusterKeys: () => readClusterKeys(home.clusterKeyFile),
    listen: listenAddressOf(conf, ha.self, {
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values.port === undefined ? {} : { port: portOf(values.port) }),
    }),
    pagesFolder: join(here, '..', 'webui', ROLE),
    version: VERSION,
    onStoreBroken: (error) => {
      log.fatal({ err: error }, 'the store failed');
      process.exit(2);
    },
  });
  const record: RoleRecord = {
    role: ROLE,
    pid: process.pid,
    url: resourceManager.url,
    startedMs: systemClock.nowMs(),
  };
  writeJsonAtomically(recordFile, record);
  return async () => {
    removeFile(recordFile);
    await resourceManager.stop();
  };
});

function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new WeftError('CONFIG_BAD_VALUE', `--port ${text} is not a port.`);
}
