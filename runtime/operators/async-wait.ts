/**
 * Asks for many records at once and emits what comes back: in the order of the records, or as it comes. Results leave in a turn of
 * the slot thread, while there is room; at the end of the input at once. A watermark waits for the records before it, and no
 * result overtakes it. Records that wait for their results are part of a checkpoint and asked for again.
 */
import type { WeftError } from '../common/errors/index.js';
import type { AsyncFunction, AsyncRetryStrategy, ResultFuture } from '../functions/index.js';
import type { CheckpointParticipant, OperatorList } from '../state/index.js';
import type { TimeTaker } from '../time/index.js';
import type { Backlog } from './backlog.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

export interface AsyncWaitOptions {
  fn: AsyncFunction<unknown, unknown>;
  ordered: boolean;
  timeoutMs: number;
  capacity: number;
  retry: AsyncRetryStrategy<unknown> | undefined;
  next: Next;
  operator: OperatorContext;
  /** Copies a record that its producer may change while it waits here. */
  retain: (record: unknown) => unknown;
  /** Something can leave, or the function failed: the subtask has work. */
  wake: () => void;
}

/** One record under way, or a watermark between records. */
interface Entry {
  /** Then there is no record. */
  readonly watermarkMs?: number;
  readonly record: unknown;
  readonly timestampMs: number;
  retries: number;
  started: boolean;
  /** The function was told that there was no answer in time. */
  timedOut: boolean;
  results: readonly unknown[] | undefined;
  /** Ends the timers of the record. */
  cancelTimeout: () => void;
  cancelRetry: () => void;
  /** Tries the record again at once instead of after its pause; nothing when it is not in one. */
  retryNow: () => void;
}

const NOTHING = (): void => undefined;

/** A record that waited when a checkpoint was taken. */
type Pending = [record: unknown, timestampMs: number];

export class AsyncWait implements Backlog, TimeTaker, CheckpointParticipant {
  /** In the order of the records. */
  private entries: Entry[] = [];
  private draining = false;
  private resolveIdle: (() => void) | undefined;

  /** What is under way is in the snapshot. */
  readonly unsaved = false;
  private readonly pending: OperatorList;

  constructor(private readonly options: AsyncWaitOptions) {
    const { operator } = options;
    this.pending = operator.states.list('_async_wait_operator_state_', 'SPLIT');
    operator.states.takePart(this);
    operator.time = this;
  }

  /** What takes the operator's records. */
  readonly accept: Next = (record) => {
    const { operator, retain } = this.options;
    this.add(typeof record === 'object' && record !== null ? retain(record) : record, operator.task.timestampMs);
  };

  onWatermark(watermarkMs: number): void {
    if (this.entries.length === 0) this.options.operator.eventTime.onWatermark(watermarkMs);
    else this.entries.push({ ...newEntry(undefined, NaN), watermarkMs, started: true });
  }

  onIdle(idle: boolean): void {
    this.options.operator.eventTime.onIdle(idle);
  }

  snapshotState(): void {
    const records = this.entries.filter(({ watermarkMs }) => watermarkMs === undefined);
    this.pending.items = records.map(({ record, timestampMs }): Pending => [record, timestampMs]);
  }

  /** The functions are open: what waited when the checkpoint was taken is asked for again. */
  resume(): void {
    for (const [record, timestampMs] of this.pending.items as Pending[]) this.add(record, timestampMs);
    this.pending.items = [];
  }

  get busy(): boolean {
    return this.entries.length >= this.options.capacity || (this.draining && this.entries.length > 0);
  }

  /** Emits what can leave. @returns whether it emitted something */
  pump(hasRoom: () => boolean): boolean {
    let emitted = false;
    for (let i = 0; i < this.entries.length && hasRoom();) {
      const entry = this.entries[i];
      if (entry.watermarkMs !== undefined) {
        // A fence: what stands behind it leaves after it.
        if (i > 0) break;
        this.entries.shift();
        this.options.operator.eventTime.onWatermark(entry.watermarkMs);
        emitted = true;
        continue;
      }
      if (entry.results === undefined) {
        if (this.options.ordered) break;
        i++;
        continue;
      }
      this.entries.splice(i, 1);
      this.emit(entry, entry.results);
      emitted = true;
    }
    if (emitted) this.startWaiting();
    return emitted;
  }

  /** At the end of the input: pauses before retries are over, and no attempt is followed by another, as in Flink. */
  idle(): Promise<void> {
    this.draining = true;
    for (const entry of [...this.entries]) entry.retryNow();
    this.pump(() => true);
    if (!this.busy) return Promise.resolve();
    return new Promise((resolve) => {
      this.resolveIdle = resolve;
    });
  }

  discard(): void {
    for (const { cancelTimeout, cancelRetry } of this.entries) {
      cancelTimeout();
      cancelRetry();
    }
    this.entries = [];
    this.resolveIdle?.();
  }

  private add(record: unknown, timestampMs: number): void {
    const entry = newEntry(record, timestampMs);
    this.entries.push(entry);
    // What one record of the input fans out to may be more than fits; it is asked for when its turn comes.
    if (this.entries.length <= this.options.capacity) this.start(entry);
  }

  private start(entry: Entry): void {
    const { operator, timeoutMs } = this.options;
    entry.started = true;
    if (timeoutMs > 0) entry.cancelTimeout = operator.task.clock.after(timeoutMs, () => this.timedOut(entry));
    this.attempt(entry);
  }

  /** Those that had to wait for a place. */
  private startWaiting(): void {
    const { capacity } = this.options;
    for (let i = 0; i < Math.min(capacity, this.entries.length); i++) {
      if (!this.entries[i].started) this.start(this.entries[i]);
    }
  }

  private attempt(entry: Entry): void {
    const { fn } = this.options;
    this.ask(entry, (record, future) => fn.asyncInvoke(record, future), true);
  }

  /** Calls the function. Its answer is a promise's or the future's; only the first counts, and only the first of the record. */
  private ask(entry: Entry, call: AsyncFunction<unknown, unknown>['asyncInvoke'], isAttempt: boolean): void {
    let answered = false;
    const once = (action: () => void): void => {
      if (answered || entry.results !== undefined || !this.entries.includes(entry)) return;
      answered = true;
      try {
        action();
      } catch (error) {
        // A predicate of the strategy threw, or an iterable of results did.
        this.giveUp(this.options.operator.failed(error));
      }
    };
    const future: ResultFuture<unknown> = {
      complete: (results) => once(() => this.succeeded(entry, results, isAttempt)),
      completeExceptionally: (error) => once(() => this.failed(entry, error, isAttempt)),
    };
    try {
      const promise = call(entry.record, future);
      if (promise instanceof Promise) {
        promise.then(
          (results) => future.complete(results),
          (error: unknown) => future.completeExceptionally(error),
        );
      }
    } catch (error) {
      future.completeExceptionally(error);
    }
  }

  private succeeded(entry: Entry, given: unknown, isAttempt: boolean): void {
    const { operator, retry, wake } = this.options;
    if (typeof given !== 'object' || given === null || !(Symbol.iterator in given)) {
      this.giveUp(operator.notIterable(given));
      return;
    }
    const results = [...(given as Iterable<unknown>)];
    if (isAttempt && retry !== undefined && this.mayRetry(entry, retry) && retry.retryOnResult(results)) {
      this.retry(entry, retry);
      return;
    }
    entry.cancelTimeout();
    entry.results = results;
    if (this.draining) this.drain();
    else wake();
  }

  private failed(entry: Entry, error: unknown, isAttempt: boolean): void {
    const { operator, retry } = this.options;
    const again = isAttempt && retry !== undefined && this.mayRetry(entry, retry) && retry.retryOnException(error);
    if (again) this.retry(entry, retry);
    else this.giveUp(operator.failed(error));
  }

  private mayRetry(entry: Entry, { maxRetries }: AsyncRetryStrategy<unknown>): boolean {
    return entry.retries < maxRetries && !this.draining;
  }

  private retry(entry: Entry, strategy: AsyncRetryStrategy<unknown>): void {
    // Of an attempt that outlived the time of its record nothing follows: the answer is up to `timeout`.
    if (entry.timedOut) return;
    entry.retries++;
    const { clock } = this.options.operator.task;
    const cancel = clock.after(strategy.delayMs(entry.retries), () => entry.retryNow());
    entry.cancelRetry = () => {
      cancel();
      entry.retryNow = NOTHING;
    };
    entry.retryNow = () => {
      entry.cancelRetry();
      this.attempt(entry);
    };
  }

  private timedOut(entry: Entry): void {
    const { fn, operator, timeoutMs } = this.options;
    entry.cancelRetry();
    entry.timedOut = true;
    if (fn.timeout === undefined) this.giveUp(operator.asyncTimeout(timeoutMs));
    else this.ask(entry, (record, future) => fn.timeout?.(record, future), false);
  }

  /** The failure is in the task's context already, with which the task fails; nothing is waited for any more. */
  private giveUp(failure: WeftError): void {
    this.options.operator.task.fail(failure);
    this.discard();
    this.options.wake();
  }

  private drain(): void {
    try {
      this.pump(() => true);
    } catch (error) {
      this.giveUp(this.options.operator.failed(error));
    }
    if (this.entries.length === 0) this.resolveIdle?.();
  }

  private emit({ timestampMs }: Entry, results: readonly unknown[]): void {
    const { next, operator } = this.options;
    const { task } = operator;
    const before = task.timestampMs;
    task.timestampMs = timestampMs;
    for (const result of results) next(result);
    task.timestampMs = before;
  }
}

function newEntry(record: unknown, timestampMs: number): Entry {
  return {
    ...{ record, timestampMs, retries: 0, started: false, timedOut: false, results: undefined },
    ...{ cancelTimeout: NOTHING, cancelRetry: NOTHING, retryNow: NOTHING },
  };
}
