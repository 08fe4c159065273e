import type { JobSettings, RestartStrategyConfig, StreamGraph } from '../../graph/stream-graph.js';
import type { DeserializationSchema, Source, SourceSplit } from '../../functions/index.js';
import type { SourceSpec } from '../../graph/operator-spec.js';
import type { RuntimeMode } from '../../graph/runtime-mode.js';
import { apiError } from '../api-error.js';
import {
  checkBufferTimeout,
  checkInteger,
  checkMaxParallelism,
  checkName,
  checkPath,
  checkParallelism,
  durationMs,
  type Duration,
} from '../checks.js';
import { sourceFunction, syncFunction } from '../functions/user-function.js';
import type { SourceInput, SourceWithStrategy } from '../functions/inputs.js';
import { currentHost, resolveHost, type ProgramHost } from '../host.js';
import { DataStreamSource } from '../streams/data-stream-source.js';
import { strategyOf, type WatermarkStrategy } from '../time/watermark-strategy.js';
import { CheckpointConfig, type CheckpointingMode } from './checkpoint-config.js';
import { configuredSettings } from './configured-settings.js';
import { requireStateBackend, type StateBackend } from './state-backends.js';
import { buildStreamGraph } from './stream-graph-builder.js';
import { ExecutionConfig } from './execution-config.js';
import { JobClient } from './job-client.js';
import { JobExecutionResult } from './job-execution-result.js';
import { StreamEnvironmentContext } from './stream-environment-context.js';

/** Whether files are looked for once, or again and again. */
export type FileProcessingMode = 'PROCESS_ONCE' | 'PROCESS_CONTINUOUSLY';

const RUNTIME_MODES: readonly RuntimeMode[] = ['STREAMING', 'BATCH', 'AUTOMATIC'];
const DEFAULT_JOB_NAME = 'Weft Streaming Job';

/** What time means in operators that do not say it themselves. */
export const TimeCharacteristic = {
  /** When the machine sees the record. */
  ProcessingTime: 'processing',
  /** When the record entered the job. */
  IngestionTime: 'ingestion',
  /** When it happened, as the record's timestamp says. */
  EventTime: 'event',
} as const;
export type TimeCharacteristic = (typeof TimeCharacteristic)[keyof typeof TimeCharacteristic];

/** Where a program starts: makes sources, holds the job's settings, and runs the job that was described. */
export class StreamExecutionEnvironment {
  private readonly context = new StreamEnvironmentContext((jobName) => this.submitCollecting(jobName));
  private readonly config = new ExecutionConfig();
  private readonly checkpointConfig = new CheckpointConfig();
  private maxParallelism: number | undefined;
  private bufferTimeoutMs: number | undefined;
  private chaining: boolean | undefined;
  private restartStrategy: RestartStrategyConfig | undefined;
  private stateBackend: StateBackend | undefined;
  private runtimeMode: RuntimeMode | undefined;

  private constructor() {}

  /** An environment for wherever the program runs: submitted by `weft run`, or in this process. */
  static getExecutionEnvironment(): StreamExecutionEnvironment {
    return new StreamExecutionEnvironment();
  }

  /**
   * Parallelism of the operators added from now on that set none themselves. Ranks before `-p` and `parallelism.default`.
   * @throws API_PARALLELISM
   */
  setParallelism(parallelism: number): this {
    this.context.parallelism = checkParallelism(parallelism);
    return this;
  }

  getParallelism(): number {
    return this.context.parallelism ?? currentHost()?.parallelism ?? 1;
  }

  /** The number of key groups of operators that set none themselves: how far the job can ever be scaled with its state. */
  setMaxParallelism(maxParallelism: number): this {
    this.maxParallelism = checkMaxParallelism(maxParallelism);
    return this;
  }

  /** How long a record may wait for its buffer to fill: milliseconds, 0 = sent at once, -1 = sent when full. @default 100 */
  setBufferTimeout(timeoutMs: number): this {
    this.bufferTimeoutMs = checkBufferTimeout(timeoutMs);
    return this;
  }

  /**
   * What time means in operators that do not say it themselves. Kept for programs of old; newer ones say it in each window.
   * Processing time turns periodic watermarks off.
   * @default EventTime
   */
  setStreamTimeCharacteristic(characteristic: TimeCharacteristic): this {
    if (!Object.values(TimeCharacteristic).includes(characteristic)) {
      throw apiError('API_BAD_ARGUMENT', 'setStreamTimeCharacteristic() takes one of TimeCharacteristic.');
    }
    this.context.timeCharacteristic = characteristic;
    this.config.setAutoWatermarkInterval(characteristic === 'processing' ? 0 : 200);
    return this;
  }

  getStreamTimeCharacteristic(): TimeCharacteristic {
    return this.context.timeCharacteristic ?? 'event';
  }

  /** Each operator becomes a task of its own. */
  disableOperatorChaining(): this {
    this.chaining = false;
    return this;
  }

  /**
   * What happens when a task fails. @default the cluster's `restart-strategy.type`; unless that is set, endless restarts
   * with a pause that grows when checkpoints are on, else none
   */
  setRestartStrategy(strategy: RestartStrategyConfig): this {
    this.restartStrategy = strategy;
    return this;
  }

  /**
   * Whether the job runs as a stream, or stage by stage over input that ends: keyed operators then work key by key on sorted
   * input, and rolling ones emit only the last result of each key. AUTOMATIC: BATCH if all sources end.
   * @default `execution.runtime-mode`, which is STREAMING unless configured
   */
  setRuntimeMode(mode: RuntimeMode): this {
    if (!RUNTIME_MODES.includes(mode)) {
      throw apiError(
        'API_BAD_ARGUMENT',
        `A runtime mode is one of ${RUNTIME_MODES.join(', ')}, not ${mode as string}.`,
      );
    }
    this.runtimeMode = mode;
    return this;
  }

  /**
   * Takes a checkpoint of all state at this interval, from which the job goes on after a failure.
   * @param interval at least 10 ms
   * @param mode @default EXACTLY_ONCE
   * @param force also if the job has iterations: what goes round a loop is in no checkpoint, and is lost with a failure @default false
   */
  enableCheckpointing(interval: Duration, mode?: CheckpointingMode, force?: boolean): this {
    this.checkpointConfig.setCheckpointInterval(interval);
    if (mode !== undefined) this.checkpointConfig.setCheckpointingMode(mode);
    if (force !== undefined) this.checkpointConfig.setForceCheckpointing(force);
    return this;
  }

  getCheckpointConfig(): CheckpointConfig {
    return this.checkpointConfig;
  }

  /** Where keyed state lives: on the heap, or on disk. An `FsStateBackend` also says where checkpoints go. */
  setStateBackend(backend: StateBackend): this {
    const { checkpointPath } = requireStateBackend(backend);
    this.stateBackend = backend;
    if (checkpointPath !== undefined) this.checkpointConfig.setCheckpointStorage(checkpointPath);
    return this;
  }

  getConfig(): ExecutionConfig {
    return this.config;
  }

  /**
   * A value that the program needs to describe its job and that may differ elsewhere: read from a file, a database, a
   * service. Worked out once, by the client; wherever else the program runs it gets that value. It must be plain data.
   */
  async value<T>(name: string, compute: () => T | Promise<T>): Promise<T> {
    return (await resolveHost()).value(checkName('The name of a value', name), compute);
  }

  /** The values as a bounded stream. Runs with parallelism 1. @throws API_EMPTY_ELEMENTS */
  fromElements<T>(...elements: T[]): DataStreamSource<T> {
    if (elements.length === 0) throw apiError('API_EMPTY_ELEMENTS', 'fromElements() needs at least one element.');
    return this.source('Collection Source', { kind: 'elements', elements }, false);
  }

  /** The values of an array, a Set, a generator … as a bounded stream; they are read at once. Runs with parallelism 1. */
  fromCollection<T>(collection: Iterable<T>): DataStreamSource<T> {
    if (typeof (collection as Partial<Iterable<T>> | undefined)?.[Symbol.iterator] !== 'function') {
      throw apiError('API_BAD_ARGUMENT', 'fromCollection() needs an iterable, such as an array.');
    }
    return this.source('Collection Source', { kind: 'elements', elements: [...collection] }, false);
  }

  /** The whole numbers from..to, both included; each subtask emits a contiguous share in order. */
  fromSequence(from: number, to: number): DataStreamSource<number> {
    checkInteger('The start of a sequence', from, Number.MIN_SAFE_INTEGER);
    checkInteger('The end of a sequence', to, Number.MIN_SAFE_INTEGER);
    if (from > to) throw apiError('API_BAD_ARGUMENT', `A sequence cannot go from ${from} down to ${to}.`);
    return this.source('Sequence Source', { kind: 'sequence', from, to }, true);
  }

  /** The older name of `fromSequence`. */
  generateSequence(from: number, to: number): DataStreamSource<number> {
    return this.fromSequence(from, to);
  }

  /** The lines of a file, of all files of a folder, or of a `.gz`, shared out among the subtasks. */
  readTextFile(path: string): DataStreamSource<string> {
    return this.source(
      'Custom File Source',
      { kind: 'text-file', path: checkPath('The path of readTextFile()', path) },
      true,
    );
  }

  /**
   * Text that a server sends, split at the delimiter. Runs with parallelism 1.
   * @param maxRetries attempts to connect again once the connection is lost, one a second; -1 = for ever
   */
  socketTextStream(host: string, port: number, delimiter = '\n', maxRetries = 0): DataStreamSource<string> {
    return this.source(
      'Socket Stream',
      {
        kind: 'socket-text',
        host: checkName('The host of socketTextStream()', host),
        port: checkInteger('A port', port, 1, 65_535),
        delimiter: delimiter === '' ? '\n' : delimiter,
        maxRetries: checkInteger('The number of retries', maxRetries, -1),
      },
      false,
    );
  }

  /**
   * A source of splits, such as `DataGeneratorSource` or what `splitSource()` makes: an enumerator in the JobManager gives them
   * to a reader in each subtask.
   * @param strategy makes the watermarks of each split on its own; left out: the reader's, if it has any
   */
  fromSource<T, S extends SourceSplit, C>(source: Source<T, S, C>, name?: string): DataStreamSource<T>;
  fromSource<T, S extends SourceSplit, C>(
    source: Source<T, S, C>,
    strategy: WatermarkStrategy<NoInfer<T>>,
    name?: string,
  ): DataStreamSource<T>;
  fromSource<T, S extends SourceSplit, C>(
    source: Source<T, S, C>,
    first?: WatermarkStrategy<T> | string,
    second?: string,
  ): DataStreamSource<T> {
    const name = typeof first === 'string' ? first : (second ?? 'Source');
    for (const method of ['createEnumerator', 'createReader'] as const) {
      if (typeof (source as Partial<Source<T, S, C>> | undefined)?.[method] === 'function') continue;
      throw apiError('API_BAD_FUNCTION', `fromSource() was given something without ${method}().`);
    }
    const watermarks = typeof first === 'object' ? { watermarks: strategyOf('fromSource', first) } : {};
    const split = source as unknown as Source<unknown>;
    return this.source(checkName('A source’s name', name), { kind: 'split', source: split, ...watermarks }, true);
  }

  /** What an async iterable gives. The function is called where the source runs. Runs with parallelism 1. */
  fromAsyncIterable<T>(open: () => AsyncIterable<T>, name = 'Async Iterable Source'): DataStreamSource<T> {
    if (typeof open !== 'function') {
      throw apiError('API_BAD_FUNCTION', 'fromAsyncIterable() needs a function that opens the iterable.');
    }
    return this.addSource({ run: () => open() }, name);
  }

  /**
   * The lines of a file or of the files of a folder, each read by the schema.
   * @param mode PROCESS_CONTINUOUSLY looks for new and changed files again and again, and never ends; a changed file is read as
   * a whole again
   * @param interval between two looks @default 10 s
   */
  readFile<T>(
    schema: DeserializationSchema<T>,
    path: string,
    mode: FileProcessingMode = 'PROCESS_ONCE',
    interval: Duration = 10_000,
  ): DataStreamSource<T> {
    const deserialize = syncFunction<DeserializationSchema<T>>('readFile', 'deserialize', schema);
    return this.source(
      'Custom File Source',
      {
        kind: 'text-file',
        path: checkPath('The path of readFile()', path),
        deserialize: (line) => deserialize.deserialize(Buffer.from(line, 'utf8')),
        ...(mode === 'PROCESS_ONCE' ? {} : { watchMs: durationMs('The interval of readFile()', interval) }),
      },
      true,
    );
  }

  /**
   * A source of the user's: an object or rich class with `run`, an async function that emits to its context, or a
   * generator. Runs with parallelism 1 unless it is a `ParallelSourceFunction`. A source that `fromSource` takes is taken as well,
   * with the strategy that it brings.
   */
  addSource<T>(given: SourceInput<T> | SourceWithStrategy<T>, name = 'Custom Source'): DataStreamSource<T> {
    if (typeof given === 'object' && 'createReader' in given) {
      const { watermarkStrategy } = given;
      if (watermarkStrategy === undefined) return this.fromSource(given, name);
      return this.fromSource(given, watermarkStrategy as WatermarkStrategy<T>, name);
    }
    const source = sourceFunction(given);
    return this.source(
      checkName('A source’s name', name),
      { kind: 'function', ...source, bounded: source.fn.bounded === true },
      source.parallel,
    );
  }

  /**
   * Runs the job that was described since the last `execute()`, to its end.
   * @throws GRAPH_… when it cannot run, else its root cause when it fails
   */
  async execute(jobName?: string): Promise<JobExecutionResult> {
    const { host, streamGraph } = await this.describeJob(jobName);
    return new JobExecutionResult(await host.execute(streamGraph));
  }

  /**
   * Hands the job over that was described since the last `execute()`, and goes on. `weft run` waits for such jobs when the
   * program has ended.
   * @throws GRAPH_… when it cannot run
   */
  async executeAsync(jobName?: string): Promise<JobClient> {
    const { host, streamGraph } = await this.describeJob(jobName);
    return JobClient.submit(host, streamGraph);
  }

  private async describeJob(jobName?: string): Promise<{ host: ProgramHost; streamGraph: StreamGraph }> {
    // Taken before the first wait: what the program adds while this job is on its way belongs to the next one.
    const drafts = this.context.builder.take();
    const chosen = this.chosenSettings();
    const host = await resolveHost();
    const configured = configuredSettings(host);
    const settings = {
      ...configured,
      ...chosen,
      globalJobParameters: { ...configured.globalJobParameters, ...chosen.globalJobParameters },
      checkpointing: { ...configured.checkpointing, ...this.checkpointConfig.settings() },
      ...(this.stateBackend === undefined ? {} : { stateBackend: this.stateBackend.type }),
    };
    const incremental = this.stateBackend?.incremental;
    if (incremental !== undefined) settings.checkpointing.incremental = incremental;
    const name = jobName ?? host.configuration['pipeline.name'] ?? DEFAULT_JOB_NAME;
    return { host, streamGraph: buildStreamGraph(drafts, name, settings) };
  }

  /** Hands over the job whose last operator is a collect sink. */
  private async submitCollecting(jobName?: string): Promise<{ client: JobClient; node: number }> {
    const { host, streamGraph } = await this.describeJob(jobName);
    const sink = streamGraph.nodes.find(({ operator }) => operator.type === 'sink' && operator.sink.kind === 'collect');
    return { client: await JobClient.submit(host, streamGraph), node: sink?.id ?? -1 };
  }

  /** What the program set; the rest is the configuration's. */
  private chosenSettings(): Partial<JobSettings> {
    const chosen = {
      parallelism: this.context.parallelism,
      maxParallelism: this.maxParallelism,
      objectReuse: this.config.isObjectReuseEnabled(),
      chaining: this.chaining,
      autoWatermarkIntervalMs: this.config.getAutoWatermarkInterval(),
      timeCharacteristic: this.context.timeCharacteristic,
      bufferTimeoutMs: this.bufferTimeoutMs,
      restartStrategy: this.restartStrategy,
      runtimeMode: this.runtimeMode,
      globalJobParameters: this.config.getGlobalJobParameters(),
    };
    return Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  }

  private source<T>(name: string, source: SourceSpec, parallel: boolean): DataStreamSource<T> {
    return this.context.source(name, source, parallel);
  }
}
