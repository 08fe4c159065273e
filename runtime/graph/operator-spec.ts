/**
 * What each node of a StreamGraph does, as plain data around the user's functions. The API builds these, `operators/`
 * runs them; nothing here is serialised (a slot thread rebuilds them by running the program again).
 */
import type {
  AsyncFunction,
  AsyncRetryStrategy,
  CoFlatMapFunction,
  CoMapFunction,
  Collector,
  CoProcessFunction,
  FilterFunction,
  FlatMapFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  MapFunction,
  MapStateDescriptor,
  ProcessFunction,
  ReduceFunction,
  RichFunction,
  Sink,
  SinkFunction,
  Source,
  SourceFunction,
  WatermarkAlignment,
  WatermarkGenerator,
  WatermarkGeneratorContext,
  WriteMode,
} from '../functions/index.js';
import type { IntervalJoinSpec, WindowJoinSpec, WindowSpec } from './window-spec.js';

/** A function object with its optional life cycle; lambdas are wrapped into one by the API. */
export type UserFunction<F> = F & RichFunction;

export type KeyFunction = (record: unknown) => unknown;

/** As `stateKey`, of both inputs. */
type StateKeys = readonly [KeyFunction, KeyFunction];

/** Rolling aggregations of a keyed stream; `field` is a property name, or undefined for the record itself. */
export interface FieldAggregation {
  kind: 'sum' | 'min' | 'max' | 'minBy' | 'maxBy';
  field: string | undefined;
  /** For minBy and maxBy: on a tie the earlier record stays (true) or the later one wins. */
  first: boolean;
}

/** One field of an order. */
export interface SortField {
  /** For people: the name of a property, or `function`. */
  readonly name: string;
  readonly value: KeyFunction;
  readonly descending: boolean;
}

/** How a stream gets its timestamps and watermarks. */
export interface WatermarkSpec {
  /** One for each subtask, or split of a source. */
  readonly makeGenerator: (context: WatermarkGeneratorContext) => WatermarkGenerator<unknown>;
  /** Left out: a record keeps the timestamp that it has. */
  readonly extractTimestamp?: (record: unknown, timestampMs: number) => number;
  /** A stream is idle when nothing came for so long; left out: never. */
  readonly idleAfterMs?: number;
  /** Only for sources of splits. */
  readonly alignment?: WatermarkAlignment;
  /** How far ahead of the clock a timestamp may be to move the watermark; left out: any. */
  readonly futureBoundMs?: number;
}

export type SourceSpec =
  | { kind: 'elements'; elements: readonly unknown[] }
  /** Numbers from..to, both included; subtask s of p gets a contiguous share, as Flink's NumberSequenceSource does. */
  | { kind: 'sequence'; from: number; to: number }
  /** A source of splits, with an enumerator in the JobManager and a reader in each subtask; watermarks of each split. */
  | { kind: 'split'; source: Source<unknown>; watermarks?: WatermarkSpec }
  /** Lines of a file, of all files of a folder, or of a `.gz`; also a source of splits. */
  | {
      kind: 'text-file';
      path: string;
      /** Makes the record of a line. @default the line */
      deserialize?: (line: string) => unknown;
      /** Looks for new and changed files at this interval, and never ends. Left out: once. */
      watchMs?: number;
    }
  | { kind: 'socket-text'; host: string; port: number; delimiter: string; maxRetries: number }
  | {
      kind: 'function';
      fn: UserFunction<SourceFunction<unknown>>;
      parallel: boolean;
      /** Whether it is known to end. @default false */
      bounded?: boolean;
    }
  /** What the `feedback` sink of the same iteration and subtask takes, in the same slot thread. */
  | { kind: 'feedback'; iteration: number; maxWaitMs: number };

export type SinkSpec =
  | { kind: 'print'; prefix: string; stderr: boolean }
  /** Parallelism 1 = a file, n = a folder of files 1..n. */
  | {
      kind: 'text-file';
      path: string;
      writeMode: WriteMode;
      format: (record: unknown) => string;
      /** Behind each line. */
      rowDelimiter: string;
    }
  | { kind: 'function'; fn: UserFunction<SinkFunction<unknown>> }
  /** Of writer and committer; `fn` is opened like other functions, and closed by the sink. */
  | { kind: 'committing'; sink: Sink<unknown>; fn?: Pick<RichFunction, 'setRuntimeContext' | 'open'> }
  /** Keeps the records until the client has fetched them. A job has one at most, with parallelism 1. */
  | { kind: 'collect' }
  /** Closes the loop of an iteration. */
  | { kind: 'feedback'; iteration: number };

export type OperatorSpec =
  | { type: 'source'; source: SourceSpec }
  /** `stateKey` of these: on a keyed stream, what the state that the function may ask for belongs to. */
  | { type: 'map'; fn: UserFunction<MapFunction<unknown, unknown>>; stateKey?: KeyFunction }
  | { type: 'flatMap'; fn: UserFunction<FlatMapFunction<unknown, unknown>>; stateKey?: KeyFunction }
  | { type: 'filter'; fn: UserFunction<FilterFunction<unknown>>; stateKey?: KeyFunction }
  | { type: 'process'; fn: UserFunction<ProcessFunction<unknown, unknown>> }
  | { type: 'keyedProcess'; fn: UserFunction<KeyedProcessFunction<unknown, unknown, unknown>>; key: KeyFunction }
  | { type: 'keyedReduce'; fn: UserFunction<ReduceFunction<unknown>>; key: KeyFunction }
  | { type: 'keyedAggregate'; aggregation: FieldAggregation; key: KeyFunction }
  | { type: 'coMap'; fn: UserFunction<CoMapFunction<unknown, unknown, unknown>>; stateKeys?: StateKeys }
  | { type: 'coFlatMap'; fn: UserFunction<CoFlatMapFunction<unknown, unknown, unknown>>; stateKeys?: StateKeys }
  | { type: 'coProcess'; fn: UserFunction<CoProcessFunction<unknown, unknown, unknown>> }
  | {
      type: 'keyedCoProcess';
      fn: UserFunction<KeyedCoProcessFunction<unknown, unknown, unknown, unknown>>;
      /** Of the first and of the second input. */
      keys: readonly [KeyFunction, KeyFunction];
    }
  | WindowSpec
  | WindowJoinSpec
  | IntervalJoinSpec
  | {
      type: 'asyncWait';
      fn: UserFunction<AsyncFunction<unknown, unknown>>;
      /** Whether results leave in the order of their records, or as they come. */
      ordered: boolean;
      /** For all attempts together. */
      timeoutMs: number;
      /** Records that may be under way; the task takes no further one then. */
      capacity: number;
      retry: AsyncRetryStrategy<unknown> | undefined;
    }
  /** The first records of each group; its input is sorted by the group, then as `sorts` say. */
  | { type: 'firstOfGroup'; key: KeyFunction; sorts: readonly SortField[]; limit: number }
  /** Hands its records on in order; its input is sorted. */
  | { type: 'sortPartition'; sorts: readonly SortField[] }
  /** The second input is the broadcast one. */
  | {
      type: 'broadcastProcess';
      fn: UserFunction<AnyBroadcastFunction>;
      descriptors: readonly MapStateDescriptor<unknown, unknown>[];
      /** Of the first input, on a keyed stream. */
      stateKey?: KeyFunction;
    }
  | { type: 'watermarks'; watermarks: WatermarkSpec }
  | { type: 'sink'; sink: SinkSpec };

/** Whether a source has an enumerator in the JobManager. */
export function isCoordinated(operator: OperatorSpec): boolean {
  return operator.type === 'source' && (operator.source.kind === 'split' || operator.source.kind === 'text-file');
}

/** A function over a broadcast stream, keyed or not. */
export interface AnyBroadcastFunction {
  processElement(value: unknown, context: never, out: Collector<unknown>): void;
  processBroadcastElement(value: unknown, context: never, out: Collector<unknown>): void;
}

/** Operators that can emit to side outputs. */
const WITH_SIDE_OUTPUTS: ReadonlySet<OperatorSpec['type']> = new Set([
  'process',
  'keyedProcess',
  'coProcess',
  'keyedCoProcess',
  'window',
  'intervalJoin',
  'broadcastProcess',
]);

export function hasSideOutputs(operator: OperatorSpec): boolean {
  return WITH_SIDE_OUTPUTS.has(operator.type) || (operator.type === 'source' && operator.source.kind === 'split');
}
