/** Drives the operators of a program as one chain, step by step: records, watermarks, the clock, snapshots. */
import type { DataStream, StreamExecutionEnvironment } from '../../../runtime/api/index.js';
import { ManualClock } from '../../../runtime/common/clock.js';
import { MAX_WATERMARK } from '../../../runtime/functions/index.js';
import type { StreamGraph } from '../../../runtime/graph/stream-graph.js';
import { Chain, keyedStateOf, TaskContext, UserMetrics } from '../../../runtime/operators/index.js';
import { WatermarkValve } from '../../../runtime/time/index.js';
import { captureGraph } from '../api/capture-graph.js';
import { restoreOf } from '../state/snapshot-in-memory.js';
import { statesOf } from './chain-harness.js';

export interface Emitted {
  /** `main`, or the id of the side output's tag. */
  out: string;
  v: unknown;
  /** Null if it has none. */
  ts: number | null;
}

export class PipelineHarness {
  readonly emitted: Emitted[] = [];
  readonly watermarks: number[] = [];
  readonly clock: ManualClock;
  readonly metrics = new UserMetrics(() => undefined);
  private readonly lastWatermarks: number[] = [];
  private readonly gate: WatermarkValve | undefined;
  private readonly task: TaskContext;
  private readonly chain: Chain;

  private constructor(
    private readonly graph: StreamGraph,
    private readonly inputs: number,
    private readonly tags: readonly string[],
    clock = new ManualClock(0),
  ) {
    this.clock = clock;
    this.task = new TaskContext(clock, 0, { metrics: this.metrics });
    const nodes = graph.nodes.filter(({ pact }) => pact === 'Operator');
    const last = nodes.at(-1)?.id ?? -1;
    const inner = new Set(nodes.map(({ id }) => id));
    const take = (out: string) => (v: unknown) => {
      // What a window holds may go on changing; a consumer would have got a copy.
      this.emitted.push({ out, v: structuredClone(v), ts: this.task.timestamp() });
    };
    this.chain = new Chain({
      task: this.task,
      nodes,
      edges: graph.edges.filter(({ source, target }) => inner.has(source) && inner.has(target)),
      objectReuse: false,
      outputs: new Map([[last, [take('main')]]]),
      sideOutputs: new Map([[last, new Map(tags.map((tag) => [tag, [take(tag)]]))]]),
      timeOutputs: new Map([
        [last, [{ onWatermark: (watermarkMs) => void this.watermarks.push(watermarkMs), onIdle: () => undefined }]],
      ]),
      statesOf: (node) => statesOf(node, clock),
      makeSink: () => ({ write: () => undefined }),
      mapStack: ({ stack }) => stack,
      onSettled: () => undefined,
    });
    const { inputTimes } = this.chain;
    this.gate = inputs > inputTimes.length ? new WatermarkValve(inputs, inputTimes[0]) : undefined;
  }

  /** @param build the program from its inputs to its last operator @param tags side outputs of the last operator */
  static async open<T>(
    inputs: number,
    build: (...streams: DataStream<T>[]) => { print(): unknown },
    tags: readonly string[] = [],
    configure: (env: StreamExecutionEnvironment) => unknown = () => undefined,
  ): Promise<PipelineHarness> {
    const graph = await captureGraph(
      (env: StreamExecutionEnvironment) => {
        configure(env);
        const streams = Array.from({ length: inputs }, () => env.fromElements(0) as unknown as DataStream<T>);
        build(...streams).print();
      },
      { parallelism: 1 },
    );
    const harness = new PipelineHarness(graph, inputs, tags);
    await harness.chain.open((operator) => keyedStateOf(operator) as never);
    return harness;
  }

  /** A record of an input, taken to its end. Timers that are due fire before. */
  element(v: unknown, ts: number | undefined, input = 0): void {
    this.tick(0);
    this.task.timestampMs = ts ?? NaN;
    this.chain.inputs[this.gate === undefined ? input : 0](structuredClone(v));
    this.task.timestampMs = NaN;
  }

  watermark(watermarkMs: number, input = 0): void {
    this.lastWatermarks[input] = watermarkMs;
    // Several streams into one input: the gate merges the watermarks of its channels.
    if (this.gate !== undefined) {
      this.gate.onWatermark(input, watermarkMs);
      return;
    }
    this.chain.inputTimes[input].onWatermark(watermarkMs);
  }

  /** The input is over. */
  end(input = 0): void {
    this.watermark(MAX_WATERMARK, input);
  }

  /** Lets time pass, and what is due happen. */
  tick(passedMs: number): void {
    this.clock.advance(passedMs);
    const { schedule } = this.task;
    while (schedule.nextMs <= this.clock.nowMs()) schedule.run(this.clock.nowMs());
  }

  /** What was emitted since the last call. */
  take(): Emitted[] {
    return this.emitted.splice(0);
  }

  /**
   * A new pipeline that goes on from a snapshot of this one. The watermark of a single input begins anew, as in a job.
   * @param disturb what happens here between the snapshot and its being written
   */
  async restored(disturb: () => void = () => undefined): Promise<PipelineHarness> {
    const snapshots = this.chain.snapshot(1);
    const lastWatermarks = [...this.lastWatermarks];
    disturb();
    const next = new PipelineHarness(this.graph, this.inputs, this.tags, this.clock);
    const restores = await Promise.all(
      snapshots.map(async (snapshot) => [snapshot.operatorId, await restoreOf(snapshot)] as const),
    );
    await next.chain.restore(new Map(restores));
    await next.chain.open((operator) => keyedStateOf(operator) as never);
    if (this.inputs > 1) lastWatermarks.forEach((at, input) => next.watermark(at, input));
    next.take();
    return next;
  }
}
