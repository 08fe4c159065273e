import type { DataStream } from '../../api/index.js';
import {
  OperatorHarness,
  openPipeline,
  type HarnessOptions,
  type Pipeline,
  type PipelineEnd,
} from './operator-harness.js';
import { PushedSource } from './pushed-source.js';

/** Drives a pipeline with two inputs. */
export class TwoInputOperatorHarness<A, B, R> extends OperatorHarness<R> {
  /** Made by `twoInputOperatorHarness`. */
  constructor(
    pipeline: Pipeline<R>,
    private readonly first: PushedSource<A>,
    private readonly second: PushedSource<B>,
  ) {
    super(pipeline);
  }

  /** Hands a record to the first input, as `processElement` of a harness with one. @throws TASK_…, as the job would fail */
  processElement1(value: A, timestampMs?: number): void {
    this.feed((record, at) => this.first.push(record, at), [value], timestampMs);
  }

  /** As `processElement1`, to the second input. */
  processElement2(value: B, timestampMs?: number): void {
    this.feed((record, at) => this.second.push(record, at), [value], timestampMs);
  }

  /** The first input has come so far in event time; the operator as far as the one that is behind. */
  processWatermark1(watermarkMs: number): void {
    this.advance(() => this.first.watermark(watermarkMs));
  }

  /** As `processWatermark1`, of the second input. */
  processWatermark2(watermarkMs: number): void {
    this.advance(() => this.second.watermark(watermarkMs));
  }

  /** As `processElement1` for each value, but all are there before the pipeline works. */
  processElements1(values: Iterable<A>): void {
    this.feed((record, at) => this.first.push(record, at), values);
  }

  /** As `processElements1`, to the second input. */
  processElements2(values: Iterable<B>): void {
    this.feed((record, at) => this.second.push(record, at), values);
  }
}

/** Opens a pipeline over two streams that the test drives: `(left, right) => left.connect(right).map(…)`. */
export async function twoInputOperatorHarness<A, B, R>(
  build: (first: DataStream<A>, second: DataStream<B>) => PipelineEnd<R>,
  options: HarnessOptions = {},
): Promise<TwoInputOperatorHarness<A, B, R>> {
  const first = new PushedSource<A>();
  const second = new PushedSource<B>();
  const pipeline = await openPipeline(
    (env) => build(env.addSource(first, 'first input'), env.addSource(second, 'second input')),
    [() => first.end(), () => second.end()],
    options,
  );
  return new TwoInputOperatorHarness(pipeline, first, second);
}
