/** Several ResourceManagers of one cluster: YARN's keys of `yarn-site.xml` and Hadoop's of `core-site.xml`. */
import { booleanOption, durationOption, enumOption, integerOption, stringOption } from '../option.js';

/** The classes of Hadoop whose stores stand for ours; those that keep state in local files stand for SQLite. */
const STORE_CLASSES = {
  sqlite: ['FileSystemRMStateStore', 'LeveldbRMStateStore'],
  zookeeper: ['ZKRMStateStore'],
} as const;
const PACKAGE = 'org.apache.hadoop.yarn.server.resourcemanager.recovery';

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
  clusterId: stringOption({
    key: 'yarn.resourcemanager.cluster-id',
    default: 'weft',
    description: 'Tells clusters apart that share ZooKeeper servers.',
  }),
  automaticFailover: booleanOption({
    key: 'yarn.resourcemanager.ha.automatic-failover.enabled',
    default: true,
    description: 'Whether a standby takes over by itself; else only `weft rmadmin -transitionToActive` has it lead.',
  }),
  electionPath: stringOption({
    key: 'yarn.resourcemanager.ha.automatic-failover.zk-base-path',
    default: '/yarn-leader-election',
    description: 'Node of ZooKeeper below which the leader is elected.',
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
    ...enumOption<keyof typeof STORE_CLASSES | undefined>({
      key: 'yarn.resourcemanager.store.class',
      values: ['sqlite', 'zookeeper'],
      default: undefined,
      description:
        'Where state and lease lie: sqlite (one host) or zookeeper, or the name of Hadoop’s class for it. Default: zookeeper if its address is set and ha.enabled, else sqlite.',
    }),
    parse: storeOf,
  },
  zooKeeperAddress: stringOption({
    key: 'hadoop.zk.address',
    default: undefined,
    description: 'host:port of the ZooKeeper servers, separated by commas.',
  }),
  oldZooKeeperAddress: stringOption({
    key: 'yarn.resourcemanager.zk-address',
    default: undefined,
    description: 'Older name of hadoop.zk.address.',
  }),
  zooKeeperTimeoutMs: integerOption({
    key: 'hadoop.zk.timeout-ms',
    default: undefined,
    min: 100,
    description: 'Session time-out: a leader that is silent for so long is replaced. Default: 10000.',
  }),
  oldZooKeeperTimeoutMs: integerOption({
    key: 'yarn.resourcemanager.zk-timeout-ms',
    default: undefined,
    min: 100,
    description: 'Older name of hadoop.zk.timeout-ms.',
  }),
  zooKeeperAuth: stringOption({
    key: 'hadoop.zk.auth',
    default: undefined,
    description:
      'scheme:credentials that this cluster shows to ZooKeeper, such as digest:user:password; its nodes are then for it alone.',
  }),
  statePath: stringOption({
    key: 'yarn.resourcemanager.zk-state-store.parent-path',
    default: '/rmstore',
    description: 'Node of ZooKeeper below which the state lies.',
  }),
  maxNodeBytes: integerOption({
    key: 'yarn.resourcemanager.zk-max-znode-size.bytes',
    default: 1_048_576,
    min: 65_536,
    description:
      'What a node of ZooKeeper may hold (jute.maxbuffer of its servers): larger changes are written in parts.',
  }),
  stagingDir: stringOption({
    key: 'yarn.resourcemanager.staging-dir',
    default: undefined,
    description:
      'Folder of uploaded files; ResourceManagers on several hosts share one. Default: below WEFT_HOME. (Not in YARN.)',
  }),
} as const;

/** Prefixes of keys that end with the id of a ResourceManager. */
export const RESOURCE_MANAGER_PREFIXES = {
  hostname: 'yarn.resourcemanager.hostname.',
  webappAddress: 'yarn.resourcemanager.webapp.address.',
} as const;

function storeOf(text: string): keyof typeof STORE_CLASSES {
  for (const name of ['sqlite', 'zookeeper'] as const) {
    const classes: readonly string[] = STORE_CLASSES[name];
    const short = text.startsWith(`${PACKAGE}.`) ? text.slice(PACKAGE.length + 1) : text;
    if (text.toLowerCase() === name || classes.includes(short)) return name;
  }
  throw new Error(`"${text}" is no store of state; there is sqlite and zookeeper.`);
}
