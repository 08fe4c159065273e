/** Event time as a source makes it: by a strategy for each of its splits, by the clock, or by what its function says. */
import { MAX_WATERMARK, MIN_WATERMARK } from '../../functions/index.js';
import type { WatermarkSpec } from '../../graph/operator-spec.js';
import { WatermarkValve, type TimeTaker } from '../../time/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import { WatermarkAssigner } from './watermark-assigner.js';
import { WatermarkEmitter } from './watermark-emitter.js';

interface Split {
  readonly assigner: WatermarkAssigner;
  /** The split's place in the valve. */
  readonly input: number;
}

export class SourceTime {
  /** What takes the source's records. */
  readonly accept: Next;
  private readonly emitter: WatermarkEmitter;
  private readonly valve: WatermarkValve;
  private readonly splits = new Map<string, Split>();
  /** Told when a split has come on. */
  private onAdvance: (() => void) | undefined;
  /** Whose records come now. */
  private current: WatermarkAssigner | undefined;

  /** @param strategy undefined: the source says itself how far it has come, if it does */
  constructor(
    private readonly strategy: WatermarkSpec | undefined,
    private readonly next: Next,
    private readonly operator: OperatorContext,
  ) {
    this.emitter = new WatermarkEmitter(operator.timeOut);
    const { clock } = operator.task;
    const merged: TimeTaker = {
      onWatermark: (watermarkMs) => this.emitter.emitWatermark(watermarkMs),
      onIdle: (idle) => (idle ? this.emitter.markIdle() : this.emitter.markActive()),
    };
    this.valve = new WatermarkValve(0, merged, () => clock.monotonicMs());
    this.accept = strategy === undefined ? next : (record) => this.assigner().accept(record);
  }

  /** Of the source's own function; a strategy takes its place. */
  emitWatermark(watermarkMs: number): void {
    if (this.strategy === undefined) this.emitter.emitWatermark(watermarkMs);
  }

  markIdle(): void {
    if (this.strategy === undefined) this.emitter.markIdle();
  }

  /** The records that follow are those of this split. */
  enterSplit(name: string): void {
    if (this.strategy === undefined) return;
    let split = this.splits.get(name);
    if (split === undefined) {
      split = this.newSplit(this.strategy);
      this.splits.set(name, split);
    }
    this.current = split.assigner;
  }

  /** The split is over: it holds nobody back any more. */
  endSplit(name: string): void {
    const split = this.splits.get(name);
    if (split === undefined) return;
    split.assigner.close();
    this.splits.delete(name);
    this.valve.remove(split.input);
    this.current = undefined;
  }

  /** For what keeps the source together with others; undefined if nothing does. */
  get aligned() {
    if (this.strategy?.alignment === undefined) return undefined;
    return {
      updateIntervalMs: this.strategy.alignment.updateIntervalMs,
      /** What it has told those behind it, and whether it is idle. */
      reached: this.emitter as Readonly<Pick<WatermarkEmitter, 'watermarkMs' | 'idle'>>,
      splitWatermarks: () =>
        [...this.splits].map(([name, { input }]) => [name, this.valve.watermarkOf(input)] as const),
      follow: (onAdvance: () => void) => {
        this.onAdvance = onAdvance;
      },
    };
  }

  /** The split that is behind the others, and since when, monotonic; undefined where none is. */
  slowestSplit(): { name: string; sinceMs: number } | undefined {
    const holder = this.valve.holder();
    if (holder === undefined || !this.valve.othersAhead(holder.watermarkMs)) return undefined;
    for (const [name, { input }] of this.splits) if (input === holder.input) return { name, sinceMs: holder.sinceMs };
    return undefined;
  }

  /** The source is over: nothing follows. */
  finish(): void {
    for (const name of [...this.splits.keys()]) this.endSplit(name);
    this.emitter.emitWatermark(MAX_WATERMARK);
  }

  private assigner(): WatermarkAssigner {
    if (this.current === undefined) this.enterSplit('');
    return this.current as WatermarkAssigner;
  }

  private newSplit(strategy: WatermarkSpec): Split {
    const input = this.valve.addInput();
    const out: TimeTaker = {
      onWatermark: (watermarkMs) => {
        this.valve.onWatermark(input, watermarkMs);
        this.onAdvance?.();
      },
      onIdle: (idle) => this.valve.onIdle(input, idle),
    };
    return { input, assigner: new WatermarkAssigner(strategy, this.next, this.operator, out) };
  }
}

/** Ingestion time: a record's time is when it enters the job. */
export function ingestionTime(operator: OperatorContext): WatermarkSpec {
  const { clock } = operator.task;
  return {
    extractTimestamp: () => clock.nowMs(),
    makeGenerator: () => ({
      onEvent: () => undefined,
      onPeriodicEmit: (output) => output.emitWatermark(Math.max(MIN_WATERMARK, clock.nowMs() - 1)),
    }),
  };
}
