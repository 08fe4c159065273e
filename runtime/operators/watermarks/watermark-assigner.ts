/** The operator that gives a stream its timestamps and watermarks: behind any operator, or inside a source for each of its splits. */
import { instantiate } from '../../common/code-template.js';
import {
  MAX_WATERMARK,
  MIN_WATERMARK,
  NoWatermarksGenerator,
  type WatermarkGenerator,
  type WatermarkOutput,
} from '../../functions/index.js';
import type { WatermarkSpec } from '../../graph/operator-spec.js';
import type { Scheduled, TimeTaker } from '../../time/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import { assignTimestamps } from './assign-timestamps.js';
import { WatermarksWithIdleness } from './idleness.js';
import { WatermarkEmitter } from './watermark-emitter.js';

/** Warnings of one subtask about timestamps far ahead are this far apart. */
const WARN_EVERY_MS = 10_000;

/** Watermarks from above are dropped, but for the last one: this operator's own count. */
export class WatermarkAssigner implements TimeTaker {
  /** What takes the operator's records. */
  readonly accept: Next;
  private readonly emitter: WatermarkEmitter;
  private readonly source: PeriodicGenerator;
  private warnedAtMs = -Infinity;

  constructor(
    private readonly spec: WatermarkSpec,
    next: Next,
    private readonly operator: OperatorContext,
    timeOut: TimeTaker = operator.timeOut,
  ) {
    const { task } = operator;
    this.emitter = new WatermarkEmitter(timeOut);
    const own = makeGenerator(spec, operator);
    const generator = withIdleness(own, spec, operator);
    this.source = new PeriodicGenerator(generator, this.emitter, operator);
    const latestMs = spec.futureBoundMs === undefined ? undefined : (ms: number) => this.latest(ms);
    const extractor = spec.extractTimestamp === undefined ? undefined : { extractTimestamp: spec.extractTimestamp };
    const untimed = extractor === undefined && own instanceof NoWatermarksGenerator;
    const code = instantiate(assignTimestamps);
    this.accept = code(extractor, generator, untimed, this.emitter, latestMs, MIN_WATERMARK, next, task, operator);
    task.schedule.add(this.source);
  }

  onWatermark(watermarkMs: number): void {
    if (watermarkMs !== MAX_WATERMARK) return;
    this.source.emit();
    this.emitter.emitWatermark(MAX_WATERMARK);
  }

  onIdle(): void {}

  /** Makes no watermarks any more. */
  close(): void {
    this.source.emit();
    this.operator.task.schedule.remove(this.source);
  }

  /** The largest timestamp that may move the watermark now. */
  private latest(timestampMs: number): number {
    const { task } = this.operator;
    const nowMs = task.clock.nowMs();
    const latestMs = nowMs + (this.spec.futureBoundMs ?? Infinity);
    if (timestampMs > latestMs && nowMs - this.warnedAtMs >= WARN_EVERY_MS) {
      this.warnedAtMs = nowMs;
      task.warn('a record is far ahead of the clock and does not move the watermark', {
        operator: this.operator.name,
        timestamp: String(timestampMs),
        aheadMs: String(timestampMs - nowMs),
      });
    }
    return latestMs;
  }
}

/** Asks a generator for its watermark every auto-watermark interval. */
class PeriodicGenerator implements Scheduled {
  nextMs: number;
  private readonly intervalMs: number;

  constructor(
    private readonly generator: WatermarkGenerator<unknown>,
    private readonly output: WatermarkOutput,
    private readonly operator: OperatorContext,
  ) {
    const { task } = operator;
    this.intervalMs = task.autoWatermarkIntervalMs;
    this.nextMs = this.intervalMs > 0 ? task.clock.nowMs() + this.intervalMs : Infinity;
  }

  fire(nowMs: number): void {
    this.nextMs = nowMs + this.intervalMs;
    this.emit();
  }

  emit(): void {
    try {
      this.generator.onPeriodicEmit(this.output);
    } catch (error) {
      throw this.operator.failed(error);
    }
  }
}

function makeGenerator(spec: WatermarkSpec, operator: OperatorContext): WatermarkGenerator<unknown> {
  const { clock } = operator.task;
  try {
    return spec.makeGenerator({ currentProcessingTime: () => clock.nowMs() });
  } catch (error) {
    throw operator.failed(error);
  }
}

function withIdleness(
  generator: WatermarkGenerator<unknown>,
  { idleAfterMs }: WatermarkSpec,
  { task }: OperatorContext,
): WatermarkGenerator<unknown> {
  return idleAfterMs === undefined ? generator : new WatermarksWithIdleness(generator, idleAfterMs, task.clock);
}
