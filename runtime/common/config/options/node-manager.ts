/** The keys of `yarn-site.xml` that NodeManagers read. */
import {
  addressOption,
  booleanOption,
  durationOption,
  enumOption,
  integerOption,
  listOption,
  numberOption,
  stringOption,
} from '../option.js';

export const nodeManagerOptions = {
  memoryMb: integerOption({
    key: 'yarn.nodemanager.resource.memory-mb',
    default: -1,
    min: -1,
    description: 'Memory that a node gives to containers; -1 = worked out from the machine.',
  }),
  vcores: integerOption({
    key: 'yarn.nodemanager.resource.cpu-vcores',
    default: -1,
    min: -1,
    description: 'Virtual cores that a node gives to containers; -1 = worked out from the machine.',
  }),
  hostname: stringOption({
    key: 'yarn.nodemanager.hostname',
    default: undefined,
    description: 'Name that others reach the NodeManager by. Default: the host of its address, or loopback.',
  }),
  webappAddress: addressOption({
    key: 'yarn.nodemanager.webapp.address',
    default: undefined,
    description: 'host:port of a NodeManager’s server. Default: loopback, the port it had before or else a free one.',
  }),
  bindHost: stringOption({
    key: 'yarn.nodemanager.bind-host',
    default: undefined,
    description: 'Interface to bind when it is not the host of yarn.nodemanager.webapp.address.',
  }),
  labelProvider: enumOption<'config' | undefined>({
    key: 'yarn.nodemanager.node-labels.provider',
    values: ['config'],
    default: undefined,
    description: 'Where a NodeManager has its label from, if the labels of nodes are distributed.',
  }),
  configuredLabel: stringOption({
    key: 'yarn.nodemanager.node-labels.provider.configured-node-partition',
    default: '',
    description: 'The label of this node, with the provider `config`.',
  }),
  localDirs: listOption({
    key: 'yarn.nodemanager.local-dirs',
    separator: ',',
    default: [],
    description:
      'Folders of working folders and of the cache, separated by commas, best one a disk. Default: one below WEFT_HOME.',
  }),
  logDirs: listOption({
    key: 'yarn.nodemanager.log-dirs',
    separator: ',',
    default: [],
    description: 'Folders of the containers’ logs, separated by commas. Default: one below WEFT_HOME.',
  }),
  logRetainSeconds: integerOption({
    key: 'yarn.nodemanager.log.retain-seconds',
    default: 10_800,
    min: 0,
    description: 'How long logs of ended applications are kept, in seconds.',
  }),
  logMaxFileSizeMb: integerOption({
    key: 'yarn.nodemanager.container-log-rotation.max-file-size-mb',
    default: 64,
    min: 0,
    description: 'A larger log file of a container that runs becomes `….1`, and begins anew; 0 = never. (Not of YARN.)',
  }),
  logKeptFiles: integerOption({
    key: 'yarn.nodemanager.container-log-rotation.max-files',
    default: 4,
    min: 0,
    description: 'How many older files are kept of each. (Not of YARN.)',
  }),
  logAggregationEnabled: booleanOption({
    key: 'yarn.log-aggregation-enable',
    default: false,
    description: 'Whether the logs of ended applications are moved to yarn.nodemanager.remote-app-log-dir.',
  }),
  logArchiveDir: stringOption({
    key: 'yarn.nodemanager.remote-app-log-dir',
    default: undefined,
    description:
      'Folder for the logs of ended applications; best one that all nodes see. Default: `log-archive` in WEFT_HOME. (YARN: /tmp/logs.)',
  }),
  logArchiveRetainSeconds: integerOption({
    key: 'yarn.log-aggregation.retain-seconds',
    default: -1,
    min: -1,
    description: 'How long they are kept there, in seconds; -1 = for ever.',
  }),
  deleteDelaySeconds: integerOption({
    key: 'yarn.nodemanager.delete.debug-delay-sec',
    default: 0,
    min: 0,
    description: 'How long working folders of ended containers stay for a look at them, in seconds.',
  }),
  endedContainersKeptMs: durationOption({
    key: 'yarn.nodemanager.duration-to-track-stopped-containers',
    default: 600_000,
    min: 0,
    description: 'How long ended containers are listed, and refused to start again.',
  }),
  cacheTargetSizeMb: integerOption({
    key: 'yarn.nodemanager.localizer.cache.target-size-mb',
    default: 10_240,
    min: 0,
    description: 'Size that the cache of shipped files is cut back to.',
  }),
  sigkillDelayMs: durationOption({
    key: 'yarn.nodemanager.sleep-delay-before-sigkill.ms',
    default: 1000,
    min: 0,
    description: 'Time between SIGTERM and SIGKILL when a container is stopped. (YARN: 250.)',
  }),
  monitorIntervalMs: durationOption({
    key: 'yarn.nodemanager.container-monitor.interval-ms',
    default: 1000,
    min: 10,
    description: 'Time between two looks at the memory of the containers. (YARN: 3000.)',
  }),
  memoryCheckEnabled: booleanOption({
    key: 'yarn.nodemanager.pmem-check-enabled',
    default: true,
    description: 'Whether a container that uses more resident memory than it was given is stopped.',
  }),
  controlGroups: booleanOption({
    key: 'yarn.nodemanager.resource.memory.enabled',
    default: true,
    description:
      'Whether each container gets a control group (cgroup v2), where the NodeManager may write one: memory and cpu are then bounded by the kernel too. (YARN: false.)',
  }),
  controlGroupHierarchy: stringOption({
    key: 'yarn.nodemanager.linux-container-executor.cgroups.hierarchy',
    default: '/weft-yarn',
    description: 'Folder of the containers’ control groups, below the mount. (YARN: /hadoop-yarn.)',
  }),
  controlGroupMount: stringOption({
    key: 'yarn.nodemanager.linux-container-executor.cgroups.mount-path',
    default: undefined,
    description: 'Where cgroup v2 is mounted. Default: where the system says.',
  }),
  healthIntervalMs: durationOption({
    key: 'yarn.nodemanager.health-checker.interval-ms',
    default: 60_000,
    min: 100,
    description: 'Time between two runs of the health script. (YARN: 600000.)',
  }),
  healthScriptPath: stringOption({
    key: 'yarn.nodemanager.health-checker.script.path',
    default: undefined,
    description:
      'A program that looks at the node: a line `ERROR …` on its output, or no end in time, makes the node unhealthy.',
  }),
  healthScriptWords: stringOption({
    key: 'yarn.nodemanager.health-checker.script.opts',
    default: '',
    description: 'Its arguments, separated by commas.',
  }),
  healthScriptTimeoutMs: durationOption({
    key: 'yarn.nodemanager.health-checker.timeout-ms',
    default: 1_200_000,
    min: 10,
    description: 'A health script that runs for longer is killed, and the node unhealthy.',
  }),
  maxDiskUtilizationPercent: numberOption({
    key: 'yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage',
    default: 90,
    min: 0,
    max: 100,
    description: 'A folder whose disk is fuller than this many percent gets no further containers.',
  }),
  minDiskFreeMb: integerOption({
    key: 'yarn.nodemanager.disk-health-checker.min-free-space-per-disk-mb',
    default: 0,
    min: 0,
    description: 'A folder whose disk has less free space than this gets no further containers.',
  }),
  minHealthyDisks: numberOption({
    key: 'yarn.nodemanager.disk-health-checker.min-healthy-disks',
    default: 0.25,
    min: 0,
    max: 1,
    description:
      'A node with a smaller share of good folders, of yarn.nodemanager.local-dirs or log-dirs, or with none, is unhealthy.',
  }),
  diskCheckIntervalMs: durationOption({
    key: 'yarn.nodemanager.disk-health-checker.interval-ms',
    default: 120_000,
    min: 100,
    description: 'Time between two looks at the node’s folders.',
  }),
} as const;
