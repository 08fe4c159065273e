/**
 * The package `weft-stream`: what users import to describe a job. It only builds the StreamGraph and hands it to the
 * program's host on `execute()`; it runs no records. All public classes are exported from here, because a bundled program's
 * import of the package is bound to this one list.
 */
export {
  StreamExecutionEnvironment,
  TimeCharacteristic,
  type FileProcessingMode,
} from './environment/stream-execution-environment.js';
export {
  CheckpointConfig,
  CheckpointingMode,
  ExternalizedCheckpointCleanup,
  ExternalizedCheckpointRetention,
} from './environment/checkpoint-config.js';
export { CollectedRecords } from './environment/collected-records.js';
export { ExecutionConfig } from './environment/execution-config.js';
export {
  EmbeddedRocksDBStateBackend,
  FsStateBackend,
  HashMapStateBackend,
  MemoryStateBackend,
  RocksDBStateBackend,
  type StateBackend,
} from './environment/state-backends.js';
export { RestartStrategies } from './environment/restart-strategies.js';
export { Time, type TimeUnit } from './environment/time.js';
export type { Duration } from './checks.js';
export { AsyncDataStream } from './streams/async-data-stream.js';
export { AsyncRetryStrategies, RetryPredicates } from './streams/async-retry-strategies.js';
export { StateTtlConfig } from './time/state-ttl-config.js';
export { WatermarkStrategy } from './time/watermark-strategy.js';
export { AllWindowedStream } from './streams/all-windowed-stream.js';
export {
  CoGroupedStreams,
  CoGroupedStreamsEqualTo,
  CoGroupedStreamsWhere,
  CoGroupedStreamsWithWindow,
} from './streams/co-grouped-streams.js';
export { BroadcastConnectedStream, BroadcastStream } from './streams/broadcast-stream.js';
export { ConnectedStreams } from './streams/connected-streams.js';
export { DataStream } from './streams/data-stream.js';
export { DataStreamSink } from './streams/data-stream-sink.js';
export { DataStreamSource } from './streams/data-stream-source.js';
export { GroupedStream } from './streams/grouped-stream.js';
export { IntervalJoin, IntervalJoined } from './streams/interval-join.js';
export { IterativeStream } from './streams/iterative-stream.js';
export {
  JoinedStreams,
  JoinedStreamsEqualTo,
  JoinedStreamsWhere,
  JoinedStreamsWithWindow,
} from './streams/joined-streams.js';
export { KeyedStream } from './streams/keyed-stream.js';
export { SingleOutputStreamOperator } from './streams/single-output-stream-operator.js';
export { WindowedStream } from './streams/windowed-stream.js';
export * from './windows/index.js';
export type {
  AsyncInput,
  BroadcastProcess,
  CoProcessElement,
  FilterInput,
  FlatMapInput,
  KeyedBroadcastProcess,
  KeyInput,
  MapInput,
  PartitionerInput,
  ProcessElement,
  ProcessInput,
  ReduceInput,
  SinkInput,
  SourceInput,
  TwoFlatMaps,
  TwoMaps,
  TwoProcesses,
} from './functions/inputs.js';
export type { Order } from './functions/sort-field.js';
export type { Comparable, KeyValue } from './functions/fields.js';
export { JobClient, type JobStatus } from './environment/job-client.js';
export { JobExecutionResult } from './environment/job-execution-result.js';
export type { RuntimeMode } from '../graph/runtime-mode.js';
export type { RestartStrategyConfig } from '../graph/stream-graph.js';
export { WeftError } from '../common/errors/index.js';
export * from '../functions/index.js';
