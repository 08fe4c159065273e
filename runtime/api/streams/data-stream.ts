import { formatCsv, formatRecord, MapStateDescriptor } from '../../functions/index.js';
import type {
  FilterFunction,
  FlatMapFunction,
  GlobalWindow,
  MapFunction,
  Partitioner,
  ProcessFunction,
  Sink,
  TimeWindow,
  TwoPhased,
  Window,
  WindowAssigner,
  WriteMode,
} from '../../functions/index.js';
import type { KeyFunction, OperatorSpec, SinkSpec, SortField } from '../../graph/operator-spec.js';
import type { EdgePartitioner, PartitionerKind } from '../../graph/stream-graph.js';
import { apiError } from '../api-error.js';
import { checkInteger, checkName, durationMs, type Duration } from '../checks.js';
import { CollectedRecords } from '../environment/collected-records.js';
import type {
  Comparable,
  ComparableField,
  Field,
  FieldValue,
  KeyField,
  KeyTuple,
  KeyValue,
  Projection,
} from '../functions/fields.js';
import type {
  FilterInput,
  FlatMapInput,
  KeyInput,
  MapInput,
  PartitionerInput,
  ProcessInput,
  SinkInput,
} from '../functions/inputs.js';
import { projection } from '../functions/projection.js';
import { addedSink, committingSink } from '../functions/sinks.js';
import { sortField, wholeRecord, type Order } from '../functions/sort-field.js';
import { textFile } from '../functions/text-file.js';
import { declaredAt } from '../declared-at.js';
import { keyOf, keyOrFields, syncFunction } from '../functions/user-function.js';
import { strategyOfStream, type WatermarkStrategy } from '../time/watermark-strategy.js';
import { countWindows } from '../windows/count-windows.js';
import { GlobalWindows } from '../windows/global-windows.js';
import { timeWindows } from '../windows/time-windows.js';
import { AllWindowedStream } from './all-windowed-stream.js';
import { CoGroupedStreams } from './co-grouped-streams.js';
import { BroadcastConnectedStream, BroadcastStream } from './broadcast-stream.js';
import { ConnectedStreams } from './connected-streams.js';
import type { DataStreamSink } from './data-stream-sink.js';
import { GroupedStream } from './grouped-stream.js';
import { JoinedStreams } from './joined-streams.js';
import type { IterativeStream } from './iterative-stream.js';
import type { KeyedStream } from './keyed-stream.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { StreamContext, StreamInput } from './stream-context.js';
import type { TwoStreams } from './two-stream-windows.js';

async function firstOf<T>(records: AsyncIterable<T>, limit: number): Promise<T[]> {
  const first: T[] = [];
  for await (const record of records) {
    first.push(record);
    if (first.length === limit) break;
  }
  return first;
}

/** Records of one type on their way. Methods add operators to the job; nothing runs before `execute()`. */
export class DataStream<T> {
  declare protected readonly recordType: T;

  /** Made by the methods of streams and environments. */
  constructor(
    protected readonly context: StreamContext,
    protected readonly inputs: readonly StreamInput[],
  ) {}

  /** One result for each record. */
  map<R>(fn: MapInput<T, R>): SingleOutputStreamOperator<R> {
    return this.transform('Map', {
      type: 'map',
      fn: syncFunction<MapFunction<unknown, unknown>>('map', 'map', fn),
    });
  }

  /** Any number of results for each record: returned as an iterable, or handed to the collector. */
  flatMap<R>(fn: FlatMapInput<T, R>): SingleOutputStreamOperator<R> {
    return this.transform('Flat Map', {
      type: 'flatMap',
      fn: syncFunction<FlatMapFunction<unknown, unknown>>('flatMap', 'flatMap', fn),
    });
  }

  /** Keeps the records for which the function says true. */
  filter<S extends T>(fn: (value: T) => value is S): SingleOutputStreamOperator<S>;
  filter(fn: FilterInput<T>): SingleOutputStreamOperator<T>;
  filter(fn: unknown): SingleOutputStreamOperator<T> {
    return this.transform('Filter', {
      type: 'filter',
      fn: syncFunction<FilterFunction<unknown>>('filter', 'filter', fn),
    });
  }

  /** Gives the records their event time, and the stream its watermarks; those from before are dropped. */
  assignTimestampsAndWatermarks(strategy: WatermarkStrategy<T>): SingleOutputStreamOperator<T> {
    return this.transform('Timestamps/Watermarks', {
      type: 'watermarks',
      watermarks: strategyOfStream('assignTimestampsAndWatermarks', strategy),
    });
  }

  /** The most general operator: sees each record with its context and emits what it likes. */
  process<R>(fn: ProcessInput<undefined, T, R>): SingleOutputStreamOperator<R> {
    return this.transform('Process', {
      type: 'process',
      fn: syncFunction<ProcessFunction<unknown, unknown>>('process', 'processElement', fn),
    });
  }

  /**
   * Groups the records: those with equal keys meet in one subtask. The key is what a function returns, the value of a
   * field, or the values of several fields together.
   */
  keyBy<K extends KeyValue>(key: KeyInput<T, K>): KeyedStream<T, K>;
  keyBy<F extends KeyField<T>>(field: F): KeyedStream<T, FieldValue<T, F>>;
  keyBy<const F extends readonly [KeyField<T>, KeyField<T>, ...KeyField<T>[]]>(
    ...fields: F
  ): KeyedStream<T, KeyTuple<T, F>>;
  keyBy(...by: unknown[]): KeyedStream<T, unknown> {
    return this.context.keyed(this.inputs, keyOrFields('keyBy', by));
  }

  /**
   * Groups the records of a stream that ends, for what can only be said when all are there. The group is what a function returns,
   * the value of a field, or the values of several fields together.
   */
  groupBy<K extends KeyValue>(key: KeyInput<T, K>): GroupedStream<T>;
  groupBy(...fields: [KeyField<T>, ...KeyField<T>[]]): GroupedStream<T>;
  groupBy(...by: unknown[]): GroupedStream<T> {
    return new GroupedStream<T>(this.context, this.inputs, keyOrFields('groupBy', by));
  }

  /**
   * One record of those that are equal: in what a function returns, in the named fields, or, without arguments, in everything. The
   * stream must end; of equal records the one with the earliest timestamp stays, else the first to arrive.
   */
  distinct<K extends KeyValue>(key: KeyInput<T, K>): SingleOutputStreamOperator<T>;
  distinct(...fields: KeyField<T>[]): SingleOutputStreamOperator<T>;
  distinct(...by: unknown[]): SingleOutputStreamOperator<T> {
    const key = by.length === 0 ? wholeRecord : keyOrFields('distinct', by);
    return new GroupedStream<T>(this.context, this.inputs, key).first(1).name('Distinct');
  }

  /**
   * Sorts what each subtask gets of a stream that ends; with parallelism 1 that is the whole stream. Called again at once, it
   * decides between records that are equal so far.
   */
  sortPartition(
    by: ComparableField<T> | KeyInput<T, Comparable>,
    order: Order = 'ASCENDING',
  ): SingleOutputStreamOperator<T> {
    const field = sortField('sortPartition', by, order);
    const before = this.sorting();
    if (before === undefined) {
      return this.context.operator(this.inputs, {
        name: 'Sort Partition',
        pact: 'Operator',
        operator: { type: 'sortPartition', sorts: [field] },
        chainingStrategy: 'HEAD',
        parallelism: undefined,
      });
    }
    before.draft.operator = { type: 'sortPartition', sorts: [...before.sorts, field] };
    // What an operator emits, as it is, is such a stream; this class cannot name the subclass.
    return this as unknown as SingleOutputStreamOperator<T>;
  }

  /** This stream and others of the same type as one. Their records mix in any order; a stream given twice counts twice. */
  union(...others: DataStream<T>[]): DataStream<T> {
    if (others.length === 0) throw apiError('API_BAD_ARGUMENT', 'union() needs at least one other stream.');
    for (const other of others) this.requireOfSameJob('union', other);
    return this.context.stream([this, ...others].flatMap((stream) => stream.inputs));
  }

  /** This stream and one of another type, for one operator that reads both. */
  connect<B>(other: DataStream<B>): ConnectedStreams<T, B>;
  /** With a broadcast stream, for an operator that keeps its state. */
  connect<B>(other: BroadcastStream<B>): BroadcastConnectedStream<T, B>;
  connect<B>(other: DataStream<B> | BroadcastStream<B>): ConnectedStreams<T, B> | BroadcastConnectedStream<T, B> {
    if (other instanceof BroadcastStream) return this.connectBroadcast(other, undefined);
    this.requireOfSameJob('connect', other);
    return new ConnectedStreams(this.context, this.inputs, other.inputs, undefined);
  }

  /** Pairs of records of this stream and another: see `JoinedStreams`. */
  join<B>(other: DataStream<B>): JoinedStreams<T, B> {
    return new JoinedStreams<T, B>(this.with('join', other));
  }

  /** Groups of records of this stream and another: see `CoGroupedStreams`. */
  coGroup<B>(other: DataStream<B>): CoGroupedStreams<T, B> {
    return new CoGroupedStreams<T, B>(this.with('coGroup', other));
  }

  /** Groups all records by windows, in one subtask. @throws API_BAD_ARGUMENT */
  windowAll<W extends Window>(assigner: WindowAssigner<T, W>): AllWindowedStream<T, W> {
    const key = (): number => 0;
    const inputs = this.inputs.map((input) => ({ ...input, partitioner: { kind: 'HASH', key } as const }));
    return new AllWindowedStream<T, W>(this.context, inputs, key, assigner, false);
  }

  /** As `KeyedStream.timeWindow`, of all records in one subtask. */
  timeWindowAll(size: Duration, slide?: Duration): AllWindowedStream<T, TimeWindow> {
    return this.windowAll(timeWindows(this.context, size, slide));
  }

  /** As `KeyedStream.countWindow`, of all records in one subtask. */
  countWindowAll(size: number, slide?: number): AllWindowedStream<T, GlobalWindow> {
    return countWindows(this.windowAll(GlobalWindows.create()), size, slide);
  }

  /**
   * Starts a loop: what `closeWith` is given comes round again. The loop has the parallelism of this stream.
   * @param maxWait the loop ends once nothing has come round for so long; 0 = never, the job then runs until it is cancelled
   */
  iterate(maxWait: Duration = 0): IterativeStream<T> {
    return this.context.iteration(this.inputs, durationMs('The wait of iterate()', maxWait));
  }

  /** The positions of a tuple, or the fields of a record, in this order and no others. */
  project<const F extends readonly [Field<T>, ...Field<T>[]]>(
    ...fields: F
  ): SingleOutputStreamOperator<Projection<T, F>> {
    return this.transform('Projection', { type: 'map', fn: { map: projection(fields) } });
  }

  /** Spreads the records evenly over all subtasks of the next operator, in turn. */
  rebalance(): DataStream<T> {
    return this.partitioned('rebalance', { kind: 'REBALANCE' });
  }

  /** As `rebalance`, but each subtask reaches only its share of the next ones: less traffic, evenness only within a share. */
  rescale(): DataStream<T> {
    return this.partitioned('rescale', { kind: 'RESCALE' });
  }

  /** Spreads the records at random. */
  shuffle(): DataStream<T> {
    return this.partitioned('shuffle', { kind: 'SHUFFLE' });
  }

  /** Sends all records to the first subtask of the next operator. */
  global(): DataStream<T> {
    return this.partitioned('global', { kind: 'GLOBAL' });
  }

  /** Hands the records one-to-one to the next operator, which must have the same parallelism. */
  forward(): DataStream<T> {
    return this.partitioned('forward', { kind: 'FORWARD' });
  }

  /** Sends each record to every subtask of the next operator. */
  broadcast(): DataStream<T>;
  /** As `broadcast()`, with state that the next operator keeps of the records: for `connect`. */
  broadcast(...descriptors: MapStateDescriptor<unknown, unknown>[]): BroadcastStream<T>;
  broadcast(...descriptors: MapStateDescriptor<unknown, unknown>[]): DataStream<T> | BroadcastStream<T> {
    const stream = this.partitioned('broadcast', { kind: 'BROADCAST' });
    if (descriptors.length === 0) return stream;
    for (const descriptor of descriptors) {
      if (descriptor instanceof MapStateDescriptor) continue;
      throw apiError('API_BAD_ARGUMENT', 'broadcast() takes descriptors of map state.');
    }
    return new BroadcastStream<T>(this.context, this.inputsOf(stream), descriptors);
  }

  /** Lets a function of the key choose the subtask. The key is a function's result or the value of a field. */
  partitionCustom<K>(partitioner: PartitionerInput<K>, key: KeyInput<T, K>): DataStream<T>;
  partitionCustom<F extends Field<T>>(partitioner: PartitionerInput<FieldValue<T, F>>, field: F): DataStream<T>;
  partitionCustom(partitioner: unknown, key: unknown): DataStream<T> {
    return this.partitioned('partitionCustom', {
      kind: 'CUSTOM',
      partitioner: syncFunction<Partitioner<unknown>>('partitionCustom', 'partition', partitioner),
      key: keyOf('partitionCustom', key),
      declaredAt: declaredAt(),
    });
  }

  /** Prints each record to the TaskManager's standard output, with the subtask's number before it if there are several. */
  print(prefix = ''): DataStreamSink<T> {
    return this.sink('Print to Std. Out', { kind: 'print', prefix, stderr: false });
  }

  /** As `print`, to standard error. */
  printToErr(prefix = ''): DataStreamSink<T> {
    return this.sink('Print to Std. Err', { kind: 'print', prefix, stderr: true });
  }

  /**
   * Writes one line per record: to a file with parallelism 1, else to a folder of files, one a subtask. A file that was there before
   * the job is an error, unless it may be overwritten.
   * @param options.format makes the line of a record @default `formatRecord`
   * @param options.writeMode @default NO_OVERWRITE
   */
  writeAsText(
    path: string,
    options: WriteMode | { format?: (record: T) => string; writeMode?: WriteMode } = {},
  ): DataStreamSink<T> {
    const { format, writeMode } = typeof options === 'string' ? { writeMode: options } : options;
    return this.sink('Text File', textFile('writeAsText', path, writeMode, format ?? formatRecord));
  }

  /**
   * As `writeAsText`, with lines of CSV: the elements of arrays, or the values of objects.
   * @param writeMode @default NO_OVERWRITE
   * @param rowDelimiter behind each line @default a line feed
   * @param fieldDelimiter between two values @default ,
   */
  writeAsCsv(path: string, writeMode?: WriteMode, rowDelimiter = '\n', fieldDelimiter = ','): DataStreamSink<T> {
    for (const delimiter of [rowDelimiter, fieldDelimiter]) {
      checkName('A delimiter of writeAsCsv()', delimiter.replace(/^\s+$/, 'space'));
    }
    const format = (record: unknown): string => formatCsv(record, fieldDelimiter);
    return this.sink('Csv File', textFile('writeAsCsv', path, writeMode, format, rowDelimiter));
  }

  /**
   * Hands each record to a function of the user's. If it returns a promise, the next record waits for it. Sinks of two phases, and what
   * `sinkTo` takes, are taken as well.
   */
  addSink(fn: SinkInput<T> | TwoPhased<T> | Sink<T>): DataStreamSink<T> {
    return this.sink('Unnamed', addedSink(fn));
  }

  /** Hands the records to a sink of writers and committers: each record once, also after failures, if there are checkpoints. */
  sinkTo(sink: Sink<T>): DataStreamSink<T> {
    return this.sink('Unnamed', committingSink('sinkTo', sink));
  }

  /**
   * Runs the job that was described so far, and gives the records of this stream while it runs. A loop that is left early ends
   * the job.
   */
  executeAndCollect(jobName?: string): CollectedRecords<T>;
  /** Runs the job until this stream has given so many records, and then ends it. */
  executeAndCollect(limit: number, jobName?: string): Promise<T[]>;
  executeAndCollect(first?: number | string, second?: string): CollectedRecords<T> | Promise<T[]> {
    const limit = typeof first === 'number' ? checkInteger('The limit of executeAndCollect()', first, 1) : undefined;
    this.context.sink(this.inputs, {
      name: 'Collect Stream Sink',
      pact: 'Data Sink',
      operator: { type: 'sink', sink: { kind: 'collect' } },
      chainingStrategy: 'ALWAYS',
      parallelism: 1,
    });
    const jobName = typeof first === 'string' ? first : second;
    const records = new CollectedRecords<T>(this.context.submitCollecting(jobName));
    return limit === undefined ? records : firstOf(records, limit);
  }

  /** Made by `AsyncDataStream`. */
  asyncWait<R>(operator: OperatorSpec & { type: 'asyncWait' }): SingleOutputStreamOperator<R> {
    return this.transform('async wait operator', operator);
  }

  /** @param key of this stream, if it is keyed */
  protected connectBroadcast<B, K>(
    other: BroadcastStream<B>,
    key: KeyFunction | undefined,
  ): BroadcastConnectedStream<T, B, K> {
    if (other.context !== this.context) {
      throw apiError('API_FOREIGN_STREAM', 'connect() was given a stream of another environment.');
    }
    return new BroadcastConnectedStream<T, B, K>(this.context, this.inputs, other, key);
  }

  /** Adds an operator with one output behind this stream. */
  protected transform<R>(name: string, operator: OperatorSpec): SingleOutputStreamOperator<R> {
    return this.context.operator(this.inputs, {
      name,
      pact: 'Operator',
      operator,
      chainingStrategy: 'ALWAYS',
      parallelism: undefined,
    });
  }

  /** @throws API_BAD_ARGUMENT, API_FOREIGN_STREAM */
  protected requireOfSameJob(caller: string, other: unknown): void {
    if (!(other instanceof DataStream)) {
      throw apiError('API_BAD_ARGUMENT', `${caller}() was given something else than a stream.`);
    }
    if (other.context !== this.context) {
      throw apiError('API_FOREIGN_STREAM', `${caller}() was given a stream of another environment.`);
    }
  }

  private with<X>(caller: string, other: DataStream<X>): TwoStreams {
    this.requireOfSameJob(caller, other);
    return { context: this.context, first: this.inputs, second: other.inputs };
  }

  /** Where the records of another stream come from. */
  protected inputsOf<X>(other: DataStream<X>): readonly StreamInput[] {
    return other.inputs;
  }

  /** How `caller` spreads this stream's records; a kind of stream may refuse it. */
  protected partitioned(
    _caller: string,
    partitioner: EdgePartitioner & { kind: Exclude<PartitionerKind, 'HASH'> },
  ): DataStream<T> {
    return this.context.stream(this.inputs.map((input) => ({ ...input, partitioner })));
  }

  /** The operator whose sorted output this stream is. */
  private sorting(): { draft: StreamInput['draft']; sorts: readonly SortField[] } | undefined {
    const [input] = this.inputs;
    if (input?.draft.operator.type !== 'sortPartition' || this.inputs.length > 1) return undefined;
    return input.partitioner === undefined ? { draft: input.draft, sorts: input.draft.operator.sorts } : undefined;
  }

  private sink(name: string, sink: SinkSpec): DataStreamSink<T> {
    return this.context.sink(this.inputs, {
      name,
      pact: 'Data Sink',
      operator: { type: 'sink', sink },
      chainingStrategy: 'ALWAYS',
      parallelism: undefined,
    });
  }
}
