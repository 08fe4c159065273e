import type { DataStream, KeyedStream, KeyInput, KeyValue } from '../../api/index.js';
import {
  OperatorHarness,
  openPipeline,
  type HarnessOptions,
  type Pipeline,
  type PipelineEnd,
} from './operator-harness.js';
import { PushedSource } from './pushed-source.js';

/** Drives a pipeline with one input. */
export class OneInputOperatorHarness<T, R> extends OperatorHarness<R> {
  /** Made by `operatorHarness`. */
  constructor(
    pipeline: Pipeline<R>,
    private readonly source: PushedSource<T>,
  ) {
    super(pipeline);
  }

  /**
   * Hands a record to the pipeline and lets it work until it has nothing to do.
   * @param timestampMs event time, epoch milliseconds
   * @throws TASK_…, as the job would fail
   */
  processElement(value: T, timestampMs?: number): void {
    this.feed((record, at) => this.source.push(record, at), [value], timestampMs);
  }

  /** The input has come so far in event time; timers that are due fire. @throws TASK_…, as the job would fail */
  processWatermark(watermarkMs: number): void {
    this.advance(() => this.source.watermark(watermarkMs));
  }

  /** As `processElement` for each value, but all are there before the pipeline works. */
  processElements(values: Iterable<T>): void {
    this.feed((record, at) => this.source.push(record, at), values);
  }
}

/** Drives a pipeline on a keyed stream. */
export class KeyedOneInputOperatorHarness<T, R> extends OneInputOperatorHarness<T, R> {}

/**
 * Opens a pipeline that the test drives record by record.
 * @param build the pipeline as a job has it, from its input to its output: `(input) => input.keyBy(…).reduce(…)`
 */
export async function operatorHarness<T, R>(
  build: (input: DataStream<T>) => PipelineEnd<R>,
  options: HarnessOptions = {},
): Promise<OneInputOperatorHarness<T, R>> {
  const source = new PushedSource<T>();
  return new OneInputOperatorHarness<T, R>(await open(source, build, options), source);
}

/** As `operatorHarness`, with the input grouped by a key: `keyedOperatorHarness((o) => o.user, (orders) => orders.sum('price'))`. */
export async function keyedOperatorHarness<T, K extends KeyValue, R>(
  key: KeyInput<T, K>,
  build: (input: KeyedStream<T, K>) => PipelineEnd<R>,
  options: HarnessOptions = {},
): Promise<KeyedOneInputOperatorHarness<T, R>> {
  const source = new PushedSource<T>();
  const pipeline = await open<T, R>(source, (input) => build(input.keyBy(key)), options);
  return new KeyedOneInputOperatorHarness<T, R>(pipeline, source);
}

function open<T, R>(
  source: PushedSource<T>,
  build: (input: DataStream<T>) => PipelineEnd<R>,
  options: HarnessOptions,
): Promise<Pipeline<R>> {
  return openPipeline((env) => build(env.addSource(source, 'input')), [() => source.end()], options);
}
