/**
 * What waits while a sink's `invoke` has not settled its promise: at most what one record of the input fanned out to.
 */
import type { Backlog } from './backlog.js';
import type { OperatorContext } from './operator-context.js';

export interface BacklogOptions {
  operator: OperatorContext;
  /** Hands a record to the sink; its promise, or anything else when it is done at once. */
  invoke: (record: unknown) => unknown;
  /** Copies a record that its producer may change while it waits here. */
  retain: (record: unknown) => unknown;
  /** The backlog is empty again, or the sink failed: the subtask can go on. */
  onSettled: () => void;
}

export class SinkBacklog implements Backlog {
  /** While true, no record may be handed to the sink, and the subtask takes no further input. */
  busy = false;
  private readonly idleCallbacks: (() => void)[] = [];
  private readonly waiting: { record: unknown; timestampMs: number }[] = [];

  constructor(private readonly options: BacklogOptions) {}

  get unsaved(): boolean {
    return this.busy;
  }

  add(record: unknown): void {
    const { operator, retain } = this.options;
    this.waiting.push({ record: retain(record), timestampMs: operator.task.timestampMs });
  }

  /** The sink returned this object: if it is a promise, nothing further is handed over until it settles. */
  await(result: object): void {
    if (typeof (result as Partial<PromiseLike<unknown>>).then !== 'function') return;
    this.busy = true;
    (result as PromiseLike<unknown>).then(
      () => this.settled(),
      (error: unknown) => this.failed(error),
    );
  }

  /** Resolves when nothing waits any longer. */
  idle(): Promise<void> {
    return this.busy ? new Promise((resolve) => this.idleCallbacks.push(resolve)) : Promise.resolve();
  }

  /** The task ends before its input does: what waits is not written any more. */
  discard(): void {
    this.waiting.length = 0;
  }

  private settled(): void {
    this.busy = false;
    const { operator, invoke } = this.options;
    try {
      while (!this.busy && this.waiting.length > 0) {
        const next = this.waiting.shift();
        operator.task.timestampMs = next?.timestampMs ?? Number.NaN;
        const result = invoke(next?.record);
        if (typeof result === 'object' && result !== null) this.await(result);
      }
    } catch (error) {
      this.failed(error);
      return;
    }
    if (!this.busy) this.becomeIdle();
  }

  private failed(error: unknown): void {
    this.options.operator.failed(error);
    this.busy = false;
    this.waiting.length = 0;
    this.becomeIdle();
  }

  private becomeIdle(): void {
    for (const resolve of this.idleCallbacks.splice(0)) resolve();
    this.options.onSettled();
  }
}
