import { instantiate } from '../common/code-template.js';
import {
  TimeDomain,
  type Collector,
  type OnTimerContext,
  type OutputTag,
  type TimerService,
} from '../functions/index.js';
import type { KeyedStateBackend } from '../state/index.js';
import { TimerService as KeyedTimers, USER_TIMERS, type Timer, type TimerListener } from '../time/index.js';
import type { OperatorContext } from './operator-context.js';
import { NO_TIMESTAMP, type Next } from './task-context.js';

/** A function's `onTimer`; its result is void by its type, and a promise by mistake. */
export type OnTimer = (timestampMs: number, context: OnTimerContext<unknown>, out: Collector<unknown>) => unknown;

/** A function's `onTimer`, if it has one. */
export function onTimerOf(fn: object): OnTimer | undefined {
  const timed = fn as { onTimer?: OnTimer };
  return timed.onTimer === undefined
    ? undefined
    : (timestampMs, context, out) => timed.onTimer?.(timestampMs, context, out);
}

/**
 * What a process function is handed with each record and timer: its context and its collector, which are one object for all of
 * them and only of use during the call.
 */
export class ElementScope implements OnTimerContext<unknown> {
  /** Whether the function is at a record or a timer. */
  open = false;
  readonly out: Collector<unknown>;
  private domain: TimeDomain = TimeDomain.EVENT_TIME;
  private readonly timers: TimerService;

  /**
   * @param keyed the state of the operator if its records have keys
   * @param onTimer what timers of the function are for
   */
  constructor(
    next: Next,
    private readonly operator: OperatorContext,
    private readonly keyed?: KeyedStateBackend,
    onTimer?: OnTimer,
  ) {
    this.out = instantiate(scopedCollector)(this, next, operator);
    this.timers = keyed === undefined ? withoutKeys(operator) : this.keyedTimers(keyed, onTimer);
  }

  timestamp(): number | null {
    return this.operator.task.timestamp();
  }

  getCurrentKey(): unknown {
    return this.keyed?.currentKey;
  }

  currentProcessingTime(): number {
    return this.operator.task.clock.nowMs();
  }

  currentWatermark(): number {
    return this.operator.eventTime.watermarkMs;
  }

  timerService(): TimerService {
    return this.timers;
  }

  timeDomain(): TimeDomain {
    return this.domain;
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    if (!this.open) throw this.operator.lateOutput();
    this.operator.emitToSide(tag, value);
  }

  private keyedTimers(keyed: KeyedStateBackend, onTimer: OnTimer | undefined): TimerService {
    const { operator } = this;
    const { task, eventTime } = operator;
    const listener: TimerListener = {
      onEventTime: (timer) => this.fire(timer, TimeDomain.EVENT_TIME, onTimer),
      onProcessingTime: (timer) => this.fire(timer, TimeDomain.PROCESSING_TIME, onTimer),
    };
    const timers = new KeyedTimers(keyed, task.clock, listener, USER_TIMERS, operator.perKey);
    eventTime.onAdvance((watermarkMs) => timers.advanceWatermark(watermarkMs));
    operator.planForKeys(timers, () => timers.endKey());
    return {
      currentProcessingTime: () => timers.currentProcessingTime(),
      currentWatermark: () => timers.currentWatermark,
      registerEventTimeTimer: (ms) => timers.registerEventTimeTimer(this.moment(ms)),
      registerProcessingTimeTimer: (ms) => timers.registerProcessingTimeTimer(this.moment(ms)),
      deleteEventTimeTimer: (ms) => timers.deleteEventTimeTimer(this.moment(ms)),
      deleteProcessingTimeTimer: (ms) => timers.deleteProcessingTimeTimer(this.moment(ms)),
    };
  }

  private moment(timestampMs: number): number {
    if (typeof timestampMs === 'number' && timestampMs === timestampMs) return timestampMs;
    throw this.operator.badTimer(timestampMs);
  }

  private fire(timer: Timer, domain: TimeDomain, onTimer: OnTimer | undefined): void {
    const { task } = this.operator;
    const before = task.timestampMs;
    task.timestampMs = domain === TimeDomain.EVENT_TIME ? timer.timestampMs : NO_TIMESTAMP;
    this.domain = domain;
    this.open = true;
    let result: unknown;
    try {
      result = onTimer?.(timer.timestampMs, this, this.out);
    } catch (error) {
      throw this.operator.failed(error);
    }
    this.open = false;
    this.keyed?.clearCurrentKey();
    task.timestampMs = before;
    if (result instanceof Promise) throw this.operator.returnedPromise();
  }
}

/** On a stream without keys there are no timers, but the time can be read. */
function withoutKeys(operator: OperatorContext): TimerService {
  const refuse = (): never => {
    throw operator.timerWithoutKey();
  };
  return {
    currentProcessingTime: () => operator.task.clock.nowMs(),
    currentWatermark: () => operator.eventTime.watermarkMs,
    registerEventTimeTimer: refuse,
    registerProcessingTimeTimer: refuse,
    deleteEventTimeTimer: refuse,
    deleteProcessingTimeTimer: refuse,
  };
}

/** Template: a collector that refuses what comes after the call, when the task may have ended its output. */
export function scopedCollector(
  scope: { readonly open: boolean },
  next: Next,
  operator: OperatorContext,
): Collector<unknown> {
  return {
    collect(record) {
      if (!scope.open) throw operator.lateOutput();
      next(record);
    },
  };
}
