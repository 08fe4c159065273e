/** Several ResourceManagers of one cluster: YARN's keys of `yarn-site.xml`. */
import { booleanOption, durationOption, stringOption } from '../option.js';

const PACKAGE = 'org.apache.hadoop.yarn.server.resourcemanager.recovery.';
/** What stands for SQLite. */
const LOCAL_STORES = ['sqlite', 'FileSystemRMStateStore', 'LeveldbRMStateStore'];

export const highAvailabilityOptions = {
  enabled: booleanOption({
    key: 'yarn.resourcemanager.ha.enabled',
    default: false,
    description: 'Whether several ResourceManagers stand by for each other.',
  }),
  ids: stringOption({
    key: 'yarn.resourcemanager.ha.rm-ids',
    default: '',
    description:
      'Their ids, separated by commas. yarn.resourcemanager.webapp.address.<id>, or hostname.<id> with port 8088, says where each is.',
  }),
  id: stringOption({
    key: 'yarn.resourcemanager.ha.id',
    default: undefined,
    description: 'Which of them this process is. Default: the flag --id, else the only one that is on this machine.',
  }),
  automaticFailover: booleanOption({
    key: 'yarn.resourcemanager.ha.automatic-failover.enabled',
    default: true,
    description: 'Whether a standby takes over by itself; else only `weft rmadmin -transitionToActive` has it lead.',
  }),
  leaseTermMs: durationOption({
    key: 'yarn.resourcemanager.ha.lease-term-ms',
    default: 1500,
    min: 100,
    description: 'With SQLite: a leader that is silent for so long is replaced. (Not in YARN.)',
  }),
  recoveryEnabled: booleanOption({
    key: 'yarn.resourcemanager.recovery.enabled',
    default: true,
    description: 'Whether a ResourceManager takes up what ran before its start. (YARN: false.)',
  }),
  store: {
    ...stringOption({
      key: 'yarn.resourcemanager.store.class',
      default: 'sqlite',
      description:
        'Where state and lease lie: sqlite, a file on this host. Hadoop’s classes stand for it, but ZKRMStateStore only where there is one ResourceManager: ZooKeeper is not supported.',
    }),
    parse: storeOf,
  },
  stagingDir: stringOption({
    key: 'yarn.resourcemanager.staging-dir',
    default: undefined,
    description: 'Folder of uploaded files, which all ResourceManagers share. Default: below WEFT_HOME. (Not in YARN.)',
  }),
} as const;

/** Prefixes of keys that end with the id of a ResourceManager. */
export const RESOURCE_MANAGER_PREFIXES = {
  hostname: 'yarn.resourcemanager.hostname.',
  webappAddress: 'yarn.resourcemanager.webapp.address.',
} as const;

function storeOf(text: string): string {
  const name = text.startsWith(PACKAGE) ? text.slice(PACKAGE.length) : text;
  if (LOCAL_STORES.includes(name)) return 'sqlite';
  // Of a single ResourceManager nobody notices where its state lies.
  if (name === 'ZKRMStateStore') return 'zookeeper';
  throw new Error(`"${text}" is no store of state; there is sqlite, for ResourceManagers on one host.`);
}
