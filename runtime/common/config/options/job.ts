/** What a job inherits unless its program says otherwise: Flink's pipeline.*, execution.* and restart-strategy.* keys. */
import { booleanOption, durationOption, enumOption, integerOption, numberOption, stringOption } from '../option.js';

type StateBackendType =
  | ('hashmap' | 'filesystem' | 'jobmanager' | 'HashMapStateBackend')
  | ('rocksdb' | 'RocksDBStateBackend' | 'EmbeddedRocksDBStateBackend');

export const jobOptions = {
  name: stringOption({ key: 'pipeline.name', default: undefined, description: 'Name of the job.' }),
  maxParallelism: integerOption({
    key: 'pipeline.max-parallelism',
    default: -1,
    min: -1,
    max: 32_768,
    description: 'Number of key groups; -1 = by Flink’s rule from the parallelism.',
  }),
  objectReuse: booleanOption({
    key: 'pipeline.object-reuse',
    default: false,
    description: 'Whether chained operators hand over the record itself instead of a copy.',
  }),
  operatorChaining: booleanOption({
    key: 'pipeline.operator-chaining.enabled',
    default: true,
    oldKeys: ['pipeline.operator-chaining'],
    description: 'Whether operators are chained into one task.',
  }),
  chainDifferentMaxParallelism: booleanOption({
    key: 'pipeline.operator-chaining.chain-operators-with-different-max-parallelism',
    default: true,
    description: 'Whether operators may be chained whose maximum parallelism differs.',
  }),
  autoWatermarkIntervalMs: durationOption({
    key: 'pipeline.auto-watermark-interval',
    default: 200,
    min: 0,
    description: 'How often watermark generators are asked for their watermark; 0 = never.',
  }),
  allowUnalignedSplits: booleanOption({
    key: 'pipeline.watermark-alignment.allow-unaligned-source-splits',
    default: false,
    description:
      'Whether a source whose reader cannot pause single splits may be aligned all the same, as a whole. false = the job fails.',
  }),
  bufferTimeoutMs: durationOption({
    key: 'execution.buffer-timeout.interval',
    default: 100,
    min: 0,
    oldKeys: ['execution.buffer-timeout'],
    description: 'A buffer that is not full is sent after this time; 0 = after each record.',
  }),
  bufferTimeoutEnabled: booleanOption({
    key: 'execution.buffer-timeout.enabled',
    default: true,
    description: 'false = a buffer is sent only when it is full.',
  }),
  runtimeMode: enumOption<'STREAMING' | 'BATCH' | 'AUTOMATIC'>({
    key: 'execution.runtime-mode',
    default: 'STREAMING',
    values: ['STREAMING', 'BATCH', 'AUTOMATIC'],
    description: 'Whether a job runs as a stream, or stage by stage. AUTOMATIC: stage by stage if all its sources end.',
  }),
  batchShuffleMode: enumOption<'ALL_EXCHANGES_BLOCKING' | 'ALL_EXCHANGES_PIPELINED'>({
    key: 'execution.batch-shuffle-mode',
    default: 'ALL_EXCHANGES_BLOCKING',
    values: ['ALL_EXCHANGES_BLOCKING', 'ALL_EXCHANGES_PIPELINED'],
    description:
      'BATCH: whether a stage begins when those before it have ended, or with them (it then needs all slots).',
  }),
  stateBackend: enumOption<StateBackendType>({
    key: 'state.backend.type',
    default: 'hashmap',
    oldKeys: ['state.backend'],
    values: [
      ...['hashmap', 'filesystem', 'jobmanager', 'rocksdb'],
      ...['HashMapStateBackend', 'RocksDBStateBackend', 'EmbeddedRocksDBStateBackend'],
    ] as StateBackendType[],
    description:
      'Where keyed state lives: on the heap (hashmap, and the older filesystem and jobmanager), or on the disk of the node (rocksdb, and the names of Flink’s classes).',
  }),
  restartStrategy: enumOption<
    'none' | 'off' | 'disable' | 'fixed-delay' | 'failure-rate' | 'exponential-delay' | undefined
  >({
    key: 'restart-strategy.type',
    default: undefined,
    oldKeys: ['restart-strategy'],
    values: ['none', 'off', 'disable', 'fixed-delay', 'failure-rate', 'exponential-delay'],
    description:
      'What happens when a task fails. Default: with checkpoints, restarts without end, the first at once; without, none.',
  }),
  fixedDelayAttempts: integerOption({
    key: 'restart-strategy.fixed-delay.attempts',
    default: 1,
    min: 0,
    description: 'Restarts before the job fails.',
  }),
  fixedDelayMs: durationOption({
    key: 'restart-strategy.fixed-delay.delay',
    default: 1000,
    description: 'Pause before each restart.',
  }),
  failureRateMax: integerOption({
    key: 'restart-strategy.failure-rate.max-failures-per-interval',
    default: 1,
    min: 1,
    description: 'Failures allowed in the interval.',
  }),
  failureRateIntervalMs: durationOption({
    key: 'restart-strategy.failure-rate.failure-rate-interval',
    default: 60_000,
    description: 'The interval in which failures are counted.',
  }),
  failureRateDelayMs: durationOption({
    key: 'restart-strategy.failure-rate.delay',
    default: 1000,
    description: 'Pause before each restart.',
  }),
  exponentialInitialMs: durationOption({
    key: 'restart-strategy.exponential-delay.initial-backoff',
    default: 1000,
    description: 'First pause.',
  }),
  exponentialMaxMs: durationOption({
    key: 'restart-strategy.exponential-delay.max-backoff',
    default: 60_000,
    description: 'Longest pause.',
  }),
  exponentialMultiplier: numberOption({
    key: 'restart-strategy.exponential-delay.backoff-multiplier',
    default: 1.5,
    min: 1,
    description: 'Growth of the pause.',
  }),
  exponentialResetMs: durationOption({
    key: 'restart-strategy.exponential-delay.reset-backoff-threshold',
    default: 3_600_000,
    description: 'Healthy time after which the pause starts anew.',
  }),
  exponentialJitter: numberOption({
    key: 'restart-strategy.exponential-delay.jitter-factor',
    default: 0.1,
    min: 0,
    max: 1,
    description: 'Random share added to or taken from the pause.',
  }),
} as const;
