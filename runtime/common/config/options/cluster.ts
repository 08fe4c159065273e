/** Parallelism, slots, addresses, heartbeats and the client: Flink's keys, with shorter default intervals where said. */
import { booleanOption, durationOption, enumOption, integerOption, portOption, stringOption } from '../option.js';

export const clusterOptions = {
  parallelism: integerOption({
    key: 'parallelism.default',
    default: 1,
    min: 1,
    description: 'Parallelism of operators when neither the program nor -p sets it.',
  }),
  numberOfTaskSlots: integerOption({
    key: 'taskmanager.numberOfTaskSlots',
    default: 1,
    min: 1,
    max: 1024,
    description: 'Slots (threads) that one TaskManager offers.',
  }),
  taskManagerBindHost: stringOption({
    key: 'taskmanager.bind-host',
    default: '127.0.0.1',
    description: 'Interface that the data plane of a TaskManager binds.',
  }),
  taskManagerHost: stringOption({
    key: 'taskmanager.host',
    default: undefined,
    description: 'Name that other TaskManagers reach this one by. Default: the host of its NodeManager.',
  }),
  taskManagerDataPort: portOption({
    key: 'taskmanager.data.port',
    default: { from: 0, to: 0 },
    description: 'Port of the data exchange; 0 = any free one.',
  }),
  restBindAddress: stringOption({
    key: 'rest.bind-address',
    default: '127.0.0.1',
    description: 'Interface that the JobManager binds. Loopback unless told otherwise.',
  }),
  restBindPort: portOption({
    key: 'rest.bind-port',
    default: { from: 0, to: 0 },
    oldKeys: ['rest.port', 'web.port'],
    description: 'Port or range of the JobManager’s REST API and pages; 0 = any free one.',
  }),
  restAddress: stringOption({
    key: 'rest.address',
    default: undefined,
    oldKeys: ['jobmanager.rpc.address'],
    description: 'http://host:port of a JobManager, for the target `remote`.',
  }),
  slotRequestTimeoutMs: durationOption({
    key: 'slot.request.timeout',
    default: 300_000,
    description: 'How long a job waits for slots before it fails.',
  }),
  taskManagerTimeoutMs: durationOption({
    key: 'resourcemanager.taskmanager-timeout',
    default: 30_000,
    oldKeys: ['slotmanager.taskmanager-timeout'],
    description: 'An idle TaskManager is given back after this time.',
  }),
  taskManagerRegistrationTimeoutMs: durationOption({
    key: 'taskmanager.registration.timeout',
    default: 300_000,
    oldKeys: ['taskmanager.maxRegistrationDuration'],
    description: 'A TaskManager that finds no JobManager for this long ends itself.',
  }),
  maxSlots: integerOption({
    key: 'slotmanager.number-of-slots.max',
    default: 2_147_483_647,
    min: 1,
    description: 'Upper bound of the slots that one cluster may have.',
  }),
  startWorkerMaxFailures: integerOption({
    key: 'resourcemanager.start-worker.max-failure-rate',
    default: 10,
    min: 1,
    description: 'TaskManagers that may fail to start per minute before requests pause.',
  }),
  startWorkerRetryIntervalMs: durationOption({
    key: 'resourcemanager.start-worker.retry-interval',
    default: 3000,
    description: 'Length of that pause.',
  }),
  heartbeatIntervalMs: durationOption({
    key: 'heartbeat.interval',
    default: 1000,
    min: 10,
    description: 'Between TaskManager, JobManager and AppMaster. (Flink: 10 s.)',
  }),
  heartbeatTimeoutMs: durationOption({
    key: 'heartbeat.timeout',
    default: 10_000,
    min: 20,
    description: 'A peer that is silent for longer counts as dead. (Flink: 50 s.)',
  }),
  clientTimeoutMs: durationOption({
    key: 'client.timeout',
    default: 60_000,
    oldKeys: ['akka.client.timeout'],
    description: 'How long a command waits for an answer.',
  }),
  jobStoreExpirationS: integerOption({
    key: 'jobstore.expiration-time',
    default: 3600,
    min: 1,
    description: 'Seconds that a finished job stays listed.',
  }),
  failoverStrategy: enumOption<'region' | 'full'>({
    key: 'jobmanager.execution.failover-strategy',
    default: 'region',
    values: ['region', 'full'],
    description: 'What restarts when a task fails: what exchanges records with it while it runs, or the whole job.',
  }),
  exceptionHistorySize: integerOption({
    key: 'web.exception-history-size',
    default: 16,
    min: 1,
    description: 'Failures kept per job.',
  }),
  refreshIntervalMs: durationOption({
    key: 'web.refresh-interval',
    default: 3000,
    min: 100,
    oldKeys: ['jobmanager.web.refresh-interval'],
    description: 'How often the pages ask for new figures.',
  }),
  submitEnabled: booleanOption({
    key: 'web.submit.enable',
    default: true,
    oldKeys: ['jobmanager.web.submit.enable'],
    description: 'Whether programs can be uploaded and run over REST.',
  }),
  cancelEnabled: booleanOption({
    key: 'web.cancel.enable',
    default: true,
    description: 'Whether the page offers to cancel a job.',
  }),
  highAvailabilityStorageDir: stringOption({
    key: 'high-availability.storageDir',
    default: undefined,
    oldKeys: ['high-availability.zookeeper.storageDir', 'recovery.zookeeper.storageDir'],
    description:
      'Folder in which a JobManager keeps the graphs of its running jobs, to find them after its own death. Default: WEFT_HOME/ha on the AppMaster’s node.',
  }),
  taskCancellationTimeoutMs: durationOption({
    key: 'task.cancellation.timeout',
    default: 180_000,
    description: 'A slot whose tasks do not end within this time after a cancel is torn down.',
  }),
  executionTarget: enumOption<'local' | 'remote' | 'yarn-session' | 'yarn-per-job' | undefined>({
    key: 'execution.target',
    default: undefined,
    values: ['local', 'remote', 'yarn-session', 'yarn-per-job'],
    description: 'Where `weft run` runs a program (-t).',
  }),
  attached: booleanOption({
    key: 'execution.attached',
    default: true,
    description: 'Whether the client waits for the job (-d: it does not).',
  }),
  shutdownOnAttachedExit: booleanOption({
    key: 'execution.shutdown-on-attached-exit',
    default: false,
    description: 'Whether the job is cancelled when an attached client ends (-sae).',
  }),
} as const;
