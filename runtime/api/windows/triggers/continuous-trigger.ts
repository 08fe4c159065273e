import {
  ReducingStateDescriptor,
  Trigger,
  TriggerResult,
  type OnMergeContext,
  type TriggerContext,
  type Window,
} from '../../../functions/index.js';

/** When it fires next. */
const NEXT = new ReducingStateDescriptor<number>('fire-time', (a, b) => Math.min(a, b));

type TimerVerb = 'registerEventTimeTimer' | 'registerProcessingTimeTimer';

/** Fires at each multiple of an interval, in event time or by the clock: the subclass says which timers are its own. */
export abstract class ContinuousTrigger extends Trigger<unknown, Window> {
  protected constructor(private readonly intervalMs: number) {
    super();
  }

  protected abstract register(timeMs: number, context: Pick<TriggerContext, TimerVerb>): void;
  protected abstract delete(timeMs: number, context: TriggerContext): void;

  override clear(_window: Window, context: TriggerContext): void {
    const next = context.getPartitionedState(NEXT);
    const timeMs = next.get();
    if (timeMs === undefined) return;
    this.delete(timeMs, context);
    next.clear();
  }

  override canMerge(): boolean {
    return true;
  }

  override onMerge(_window: Window, context: OnMergeContext): void {
    context.mergePartitionedState(NEXT);
    const timeMs = context.getPartitionedState(NEXT).get();
    if (timeMs !== undefined) this.register(timeMs, context);
  }

  /** Waits for the next multiple after `nowMs`, unless it waits already. */
  protected begin(nowMs: number, window: Window, context: TriggerContext): void {
    if (context.getPartitionedState(NEXT).get() !== undefined) return;
    this.registerNext(nowMs - (nowMs % this.intervalMs), window, context);
  }

  /** A timer of the window came: fires if it is the one waited for, and waits for the next. */
  protected reached(timeMs: number, window: Window, context: TriggerContext): TriggerResult {
    const next = context.getPartitionedState(NEXT);
    if (next.get() !== timeMs) return TriggerResult.CONTINUE;
    next.clear();
    this.registerNext(timeMs, window, context);
    return TriggerResult.FIRE;
  }

  private registerNext(after: number, window: Window, context: TriggerContext): void {
    const timeMs = Math.min(after + this.intervalMs, window.maxTimestamp());
    context.getPartitionedState(NEXT).add(timeMs);
    this.register(timeMs, context);
  }
}
