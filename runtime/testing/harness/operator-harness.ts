/** What the harnesses share: a pipeline between sources that the test pushes and sinks that it reads. */
import { DataStream, SingleOutputStreamOperator, type StreamExecutionEnvironment } from '../../api/index.js';
import { ManualClock, type Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import type { OutputTag } from '../../functions/index.js';
import { CollectSink } from '../collect-sink.js';
import { streamGraphOf } from '../described-job.js';
import { HandDrivenSlot } from './hand-driven-slot.js';
import type { HarnessSnapshot } from './kept-state.js';

export interface HarnessOptions {
  /** Side outputs that the test wants to read. */
  sideOutputs?: readonly OutputTag<unknown>[];
  /** What the operators begin with: a `snapshot()` of another harness with the same pipeline. */
  restore?: HarnessSnapshot;
  /** What functions are told as the time. @default a `ManualClock` that stands at 0 */
  clock?: Clock;
  /** As `enableObjectReuse`. @default false */
  objectReuse?: boolean;
  /**
   * `one-buffer`: each output is full after a record and still full at the next look, so that the operators have to wait
   * for room all the time. @default unbounded
   */
  output?: 'unbounded' | 'one-buffer';
}

/** The end of a pipeline: a stream whose records the harness collects, or whatever a sink method returned. */
export type PipelineEnd<R> = DataStream<R> | object | void;

/** A record that stays in the harness longer than this makes it work first, as a source's share of a turn does. */
const PUSHED_AT_ONCE = 4096;

export abstract class OperatorHarness<R> {
  /** Made by `operatorHarness` and its kin. */
  protected constructor(private readonly pipeline: Pipeline<R>) {}

  /** What has left the pipeline so far, in order. */
  getOutput(): R[] {
    return [...this.pipeline.output.results];
  }

  /** As `getOutput`, with the event time of each record; null where there is none. */
  getTimestampedOutput(): { value: R; timestamp: number | null }[] {
    const { results, timestamps } = this.pipeline.output;
    return results.map((value, i) => ({ value, timestamp: timestamps[i] ?? null }));
  }

  /** Moves the clock to this time, epoch milliseconds; timers that are due fire. Needs the harness's own, manual clock. */
  setProcessingTime(timeMs: number): void {
    const { clock } = this.pipeline;
    if (!(clock instanceof ManualClock)) {
      throw new WeftError('API_BAD_ARGUMENT', 'setProcessingTime() needs a harness whose clock is a ManualClock.');
    }
    clock.advance(timeMs - clock.nowMs());
    this.pipeline.slot.work();
  }

  /** The state of all operators now, for the option `restore` of another harness. The pipeline can go on. */
  snapshot(): Promise<HarnessSnapshot> {
    return this.pipeline.slot.snapshot();
  }

  /** Tells the operators that the snapshot is safe: sinks commit. @throws TASK_…, as the job would fail */
  notifyOfCompletedCheckpoint(snapshot: HarnessSnapshot): Promise<void> {
    return this.pipeline.slot.complete(snapshot);
  }

  /** Ends without an end of the input, as after a failure elsewhere: functions close. */
  cancel(): Promise<void> {
    return this.pipeline.slot.cancel();
  }

  /** What was emitted to the tag so far. @throws API_BAD_ARGUMENT for a tag that is not in `sideOutputs` */
  getSideOutput<X>(tag: OutputTag<X>): X[] {
    const sink = this.pipeline.sideOutputs.get(tag.id);
    if (sink === undefined) {
      throw new WeftError('API_BAD_ARGUMENT', `${String(tag)} is not among the harness's sideOutputs.`);
    }
    return [...sink.results] as X[];
  }

  /** Forgets the output so far, that of tags included. */
  clearOutput(): void {
    for (const sink of [this.pipeline.output, ...this.pipeline.sideOutputs.values()]) sink.clear();
  }

  /** With the output `one-buffer`: the most records that an output got without having had room in between, so what one
   *  record fanned out to. */
  get peakRecordsWithoutRoom(): number {
    return this.pipeline.slot.peakRecords;
  }

  /**
   * For operators that answer later: lets the pipeline work until the condition holds, however long that takes.
   * @throws TASK_…, as the job would fail
   */
  until(condition: () => boolean): Promise<void> {
    return this.pipeline.slot.workUntil(condition);
  }

  /** Ends the input: functions close, sinks finish. @throws what they throw */
  close(): Promise<void> {
    for (const end of this.pipeline.ends) end();
    return this.pipeline.slot.finish();
  }

  /** @throws TASK_…, as the job would fail */
  protected advance(say: () => void): void {
    attempt(say);
    this.pipeline.slot.work();
  }

  /** @throws TASK_…, as the job would fail */
  protected feed<T>(push: (value: T, timestampMs: number | undefined) => void, values: Iterable<T>, at?: number): void {
    const { slot } = this.pipeline;
    let pushed = 0;
    for (const value of values) {
      attempt(() => push(value, at));
      if (++pushed % PUSHED_AT_ONCE === 0) slot.work();
    }
    slot.work();
  }
}

/** What fails in an operator that is chained to the source comes up here; the task knows of it and tells it when it works. */
function attempt(push: () => void): void {
  try {
    push();
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
  }
}

/** A pipeline that is ready to work. */
export interface Pipeline<R> {
  readonly clock: Clock;
  readonly slot: HandDrivenSlot;
  readonly output: CollectSink<R>;
  /** By the tag's id. */
  readonly sideOutputs: ReadonlyMap<string, CollectSink<unknown>>;
  /** Ends each of the inputs. */
  readonly ends: readonly (() => void)[];
}

/**
 * Puts the pipeline between its ends, and opens it.
 * @param build makes the pipeline in an environment
 * @throws API_…, GRAPH_…, and what functions throw when they open
 */
export async function openPipeline<R>(
  build: (env: StreamExecutionEnvironment) => PipelineEnd<R>,
  ends: readonly (() => void)[],
  { sideOutputs: tags = [], clock = new ManualClock(), objectReuse = false, output: kind, restore }: HarnessOptions,
): Promise<Pipeline<R>> {
  const output = new CollectSink<R>();
  const sideOutputs = new Map(tags.map(({ id }) => [id, new CollectSink<unknown>()]));
  const streamGraph = await streamGraphOf((env) => {
    if (objectReuse) env.getConfig().enableObjectReuse();
    const last = build(env);
    if (last instanceof DataStream) last.addSink(output).name('output').disableChaining();
    for (const tag of tags) {
      if (!(last instanceof SingleOutputStreamOperator)) {
        throw new WeftError('API_BAD_ARGUMENT', 'Side outputs are those of the operator that the pipeline returns.');
      }
      last
        .getSideOutput(tag)
        .addSink(sideOutputs.get(tag.id) as CollectSink<unknown>)
        .disableChaining();
    }
  });
  const slot = new HandDrivenSlot(streamGraph, { clock, oneBuffer: kind === 'one-buffer', restore });
  await slot.start();
  return { clock, slot, output, sideOutputs, ends };
}
