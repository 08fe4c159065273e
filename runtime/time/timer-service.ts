/** Timers of one operator, in both times, for the current key. Driven by the chain. */
import type { Clock } from '../common/clock.js';
import { MAX_WATERMARK, MIN_WATERMARK } from '../functions/index.js';
import { VOID_NAMESPACE, type KeyedStateBackend, type Namespace } from '../state/index.js';
import { TimerQueue, type Timer } from './timer-queue.js';

/** The name of the timers that functions set. */
export const USER_TIMERS = 'user-timers';

/** Hears of timers; the backend's current key is the timer's. */
export interface TimerListener {
  onEventTime(timer: Timer): void;
  onProcessingTime(timer: Timer): void;
}

/** @see TimerQueue for what a timer costs */
export class TimerService {
  /** The last watermark that the operator got. */
  currentWatermark = MIN_WATERMARK;
  private readonly eventTime: TimerQueue;
  private readonly processingTime: TimerQueue;

  /**
   * @param name tells the services of one operator apart in snapshots
   * @param perKey batch: what fires is up to `advanceWatermark` and `endKey` at the end of each key's records
   */
  constructor(
    private readonly backend: KeyedStateBackend,
    private readonly clock: Clock,
    private readonly listener: TimerListener,
    name = USER_TIMERS,
    private readonly perKey = false,
  ) {
    this.eventTime = new TimerQueue(backend, `_timer_state/event_${name}`);
    this.processingTime = new TimerQueue(backend, `_timer_state/processing_${name}`);
  }

  currentProcessingTime(): number {
    return this.clock.nowMs();
  }

  /** Fires when the watermark reaches the time; one that has passed already fires at the next watermark. @throws STATE_NO_KEY */
  registerEventTimeTimer(timestampMs: number, namespace: Namespace = VOID_NAMESPACE): void {
    const id = this.backend.requireKey(this.eventTime.name);
    if (this.keyHasEnded) return;
    this.eventTime.register(timestampMs, namespace, id, this.backend.currentKey);
  }

  deleteEventTimeTimer(timestampMs: number, namespace: Namespace = VOID_NAMESPACE): void {
    this.eventTime.delete(timestampMs, namespace, this.backend.requireKey(this.eventTime.name));
  }

  /** Fires when the machine's clock reaches the time. @throws STATE_NO_KEY */
  registerProcessingTimeTimer(timestampMs: number, namespace: Namespace = VOID_NAMESPACE): void {
    const id = this.backend.requireKey(this.processingTime.name);
    if (this.keyHasEnded) return;
    this.processingTime.register(timestampMs, namespace, id, this.backend.currentKey);
  }

  deleteProcessingTimeTimer(timestampMs: number, namespace: Namespace = VOID_NAMESPACE): void {
    this.processingTime.delete(timestampMs, namespace, this.backend.requireKey(this.processingTime.name));
  }

  /** The watermark has come: what is due by it fires, before the watermark goes on. */
  advanceWatermark(watermarkMs: number): void {
    this.currentWatermark = watermarkMs;
    if (this.eventTime.nextMs > watermarkMs) return;
    this.eventTime.advance(watermarkMs, (timer) => {
      this.backend.currentKey = timer.key;
      this.backend.currentId = timer.id;
      this.listener.onEventTime(timer);
    });
  }

  /** When `fire` has something to do next, epoch milliseconds; Infinity = not before another timer is registered. */
  get nextMs(): number {
    return this.processingTime.nextMs;
  }

  /** @param nowMs epoch milliseconds */
  fire(nowMs: number): void {
    const fire = (timer: Timer): void => {
      this.backend.currentKey = timer.key;
      this.backend.currentId = timer.id;
      this.listener.onProcessingTime(timer);
    };
    this.processingTime.advance(nowMs, fire, this.processingTime.size);
  }

  /** Batch: the key's timers in event time have fired; now those by the clock do, whatever it says. */
  endKey(): void {
    this.fire(Number.MAX_VALUE);
  }

  /** Flink's rule in batch: timers that are set while the last ones of a key fire never do. */
  private get keyHasEnded(): boolean {
    return this.perKey && this.currentWatermark === MAX_WATERMARK;
  }

  get numEventTimeTimers(): number {
    return this.eventTime.size;
  }

  get numProcessingTimeTimers(): number {
    return this.processingTime.size;
  }
}
