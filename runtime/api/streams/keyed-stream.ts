import type {
  FlatMapFunction,
  GlobalWindow,
  KeyedProcessFunction,
  MapFunction,
  ReduceFunction,
  RichFunction,
  TimeWindow,
  Window,
  WindowAssigner,
} from '../../functions/index.js';
import type { FieldAggregation, KeyFunction } from '../../graph/operator-spec.js';
import { apiError } from '../api-error.js';
import type { Duration } from '../checks.js';
import type { ExtremeArguments, ExtremeByArguments, SumArguments } from '../functions/fields.js';
import type { FlatMapInput, MapInput, ProcessInput, ReduceInput } from '../functions/inputs.js';
import { fieldName, syncFunction } from '../functions/user-function.js';
import { countWindows } from '../windows/count-windows.js';
import { GlobalWindows } from '../windows/global-windows.js';
import { timeWindows } from '../windows/time-windows.js';
import { BroadcastStream, type BroadcastConnectedStream } from './broadcast-stream.js';
import { ConnectedStreams } from './connected-streams.js';
import { DataStream } from './data-stream.js';
import { IntervalJoin } from './interval-join.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import { hashed } from './hashed-inputs.js';
import type { StreamContext, StreamInput } from './stream-context.js';
import { WindowedStream } from './windowed-stream.js';

/** A stream whose records are grouped by key. Its operators keep something for each key, and emit at each record. */
export class KeyedStream<T, K> extends DataStream<T> {
  declare protected readonly keyType: K;

  /** Made by `keyBy`. */
  constructor(
    context: StreamContext,
    inputs: readonly StreamInput[],
    private readonly key: KeyFunction,
  ) {
    super(context, hashed(inputs, key));
  }

  /** One result for each record. A rich function may ask for the state of the record's key. */
  override map<R>(fn: MapInput<T, R>): SingleOutputStreamOperator<R> {
    return this.transform('Map', {
      ...this.rich(syncFunction<MapFunction<unknown, unknown>>('map', 'map', fn)),
      type: 'map',
    });
  }

  /** Any number of results for each record, as on any stream; a rich function may ask for the state of the record's key. */
  override flatMap<R>(fn: FlatMapInput<T, R>): SingleOutputStreamOperator<R> {
    const given = syncFunction<FlatMapFunction<unknown, unknown>>('flatMap', 'flatMap', fn);
    return this.transform('Flat Map', { ...this.rich(given), type: 'flatMap' });
  }

  /** Combines each record with what came before for its key. The first record of a key is emitted as it is. */
  reduce(fn: ReduceInput<T>): SingleOutputStreamOperator<T> {
    return this.transform('Keyed Reduce', {
      type: 'keyedReduce',
      fn: syncFunction<ReduceFunction<unknown>>('reduce', 'reduce', fn),
      key: this.key,
    });
  }

  /** The key's first record with the field replaced by the sum so far. */
  sum(...by: SumArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('sum', by);
  }

  /** The key's first record with the field replaced by the least value so far. */
  min(...by: ExtremeArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('min', by);
  }

  /** The key's first record with the field replaced by the greatest value so far. */
  max(...by: ExtremeArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('max', by);
  }

  /**
   * The whole record with the least value of the field so far.
   * On a tie the earlier record stays, unless `first` is false. @default first = true
   */
  minBy(...by: ExtremeByArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('minBy', by);
  }

  /** As `minBy`, with the greatest value. */
  maxBy(...by: ExtremeByArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregate('maxBy', by);
  }

  /** As on any stream, with the record's key in the context. */
  override process<R>(fn: ProcessInput<K, T, R>): SingleOutputStreamOperator<R>;
  // Two signatures, not one with a union: a lambda takes the type of its context from the first.
  // eslint-disable-next-line @typescript-eslint/unified-signatures
  override process<R>(fn: ProcessInput<undefined, T, R>): SingleOutputStreamOperator<R>;
  override process<R>(fn: unknown): SingleOutputStreamOperator<R> {
    return this.transform('KeyedProcess', {
      type: 'keyedProcess',
      fn: syncFunction<KeyedProcessFunction<unknown, unknown, unknown>>('process', 'processElement', fn),
      key: this.key,
    });
  }

  /** Groups the records of each key by windows; a function of theirs makes the results. @throws API_BAD_ARGUMENT */
  window<W extends Window>(assigner: WindowAssigner<T, W>): WindowedStream<T, K, W> {
    return new WindowedStream<T, K, W>(this.context, this.inputs, this.key, assigner, true);
  }

  /**
   * Windows of time, one after the other, or with a slide overlapping ones: of event time, unless the environment's time
   * characteristic is processing time. Newer programs say `window(…)`.
   * @throws API_BAD_ARGUMENT
   */
  timeWindow(size: Duration, slide?: Duration): WindowedStream<T, K, TimeWindow> {
    return this.window(timeWindows(this.context, size, slide));
  }

  /**
   * Windows of so many records of a key: one after the other, or, with a slide, the latest ones whenever so many have come.
   * Records that do not fill a window give no result.
   * @throws API_BAD_ARGUMENT
   */
  countWindow(size: number, slide?: number): WindowedStream<T, K, GlobalWindow> {
    return countWindows(this.window(GlobalWindows.create()), size, slide);
  }

  /** With another stream that is grouped by keys of the same type, by time: see `IntervalJoin.between`. Event time only. */
  intervalJoin<B>(other: KeyedStream<B, K>): IntervalJoin<T, B> {
    this.requireOfSameJob('intervalJoin', other);
    const { context, inputs } = this;
    return new IntervalJoin<T, B>({ context, first: inputs, second: this.inputsOf(other) }, [this.key, other.key]);
  }

  /** With another stream that is grouped by keys of the same type, its records meet those of the same key. */
  override connect<B>(other: KeyedStream<B, K>): ConnectedStreams<T, B, K>;
  override connect<B>(other: DataStream<B>): ConnectedStreams<T, B>;
  /** With a broadcast stream, for an operator that keeps its state beside that of the keys. */
  override connect<B>(other: BroadcastStream<B>): BroadcastConnectedStream<T, B, K>;
  override connect<B>(
    other: DataStream<B> | KeyedStream<B, K> | BroadcastStream<B>,
  ): ConnectedStreams<T, B, K> | ConnectedStreams<T, B> | BroadcastConnectedStream<T, B, K> {
    if (other instanceof BroadcastStream) return this.connectBroadcast<B, K>(other, this.key);
    if (!(other instanceof KeyedStream)) return super.connect(other);
    this.requireOfSameJob('connect', other);
    const { inputs, key } = other as unknown as KeyedStream<T, K>;
    return new ConnectedStreams<T, B, K>(this.context, this.inputs, inputs, [this.key, key]);
  }

  /** @throws API_KEYED_PARTITIONING always: the records of a key belong together */
  protected override partitioned(caller: string): never {
    throw apiError('API_KEYED_PARTITIONING', `${caller}() cannot change how a keyed stream is partitioned.`);
  }

  /** Only what gets a runtime context can ask for state; for the rest the key is not worked out again. */
  private rich<F extends RichFunction>(fn: F): { fn: F; stateKey?: KeyFunction } {
    return fn.setRuntimeContext === undefined ? { fn } : { fn, stateKey: this.key };
  }

  private aggregate(kind: FieldAggregation['kind'], by: readonly unknown[]): SingleOutputStreamOperator<T> {
    const [field, first = true] = by;
    return this.transform('Keyed Aggregation', {
      type: 'keyedAggregate',
      aggregation: { kind, field: field === undefined ? undefined : fieldName(kind, field), first: first === true },
      key: this.key,
    });
  }
}
