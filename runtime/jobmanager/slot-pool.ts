/**
 * All slots of the registered TaskManagers, and the jobs that wait for some. First come, first served: a job gets all the
 * slots that it lacks at once or waits for them, and nobody overtakes it as long as more slots are on their way. What is
 * lacking in all is asked of the WorkerProvider, in whole TaskManagers.
 */
import type { Clock } from '../common/clock.js';
import { WeftError } from '../common/errors/index.js';
import type { Logger } from '../common/log/logger.js';
import type { WorkerProvider } from './worker-provider.js';

/** One slot of one TaskManager. */
export interface Slot {
  readonly resourceId: string;
  readonly slot: number;
}

export interface SlotRequest {
  readonly jobId: string;
  readonly jobName: string;
  readonly count: number;
  /** With so many the job can do, should no more be had. @default count */
  readonly atLeast?: number;
  /** All slots, at once. Called at most once, never from within `request`. */
  granted(slots: Slot[]): void;
  /** SLOTS_NOT_AVAILABLE after `slot.request.timeout`. */
  timedOut(error: WeftError): void;
}

interface Worker {
  readonly resourceId: string;
  readonly slots: number;
  /** Free slot numbers, lowest first. */
  readonly free: Set<number>;
  readonly owners: Map<number, string>;
  /** Since when all its slots are free. */
  idleSinceMs: number | undefined;
}

interface Waiting {
  readonly request: SlotRequest;
  readonly sinceMs: number;
  readonly cancelTimeout: () => void;
}

export interface SlotPoolOptions {
  readonly clock: Clock;
  readonly log: Logger;
  readonly provider: WorkerProvider;
  /** Slots that a TaskManager, yet to be started, will offer. */
  readonly slotsPerWorker: number;
  readonly maxSlots: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** An idle TaskManager has been given back: it is not in the pool any longer. */
  onReleased(resourceId: string, reason: string): void;
}

export class SlotPool {
  private readonly workers = new Map<string, Worker>();
  /** Lost here, but still counted by the provider, so that it must be asked for one more. */
  private readonly ghosts = new Set<string>();
  private waiting: Waiting[] = [];
  private wanted = 0;
  /** Whether the provider counts otherwise since it was told last. */
  private recount = false;
  private pendingReason = '';
  private matching = false;

  constructor(private readonly options: SlotPoolOptions) {}

  get totalSlots(): number {
    return sum([...this.workers.values()].map((worker) => worker.slots));
  }

  get freeSlots(): number {
    return sum([...this.workers.values()].map((worker) => worker.free.size));
  }

  freeSlotsOf(resourceId: string): number {
    return this.workers.get(resourceId)?.free.size ?? 0;
  }

  /** The jobs that hold slots of this TaskManager, one entry a slot. */
  ownersOf(resourceId: string): string[] {
    return [...(this.workers.get(resourceId)?.owners.values() ?? [])];
  }

  addWorker(resourceId: string, slots: number): void {
    this.ghosts.delete(resourceId);
    const free = new Set(Array.from({ length: slots }, (_, slot) => slot));
    const idleSinceMs = this.options.clock.monotonicMs();
    this.workers.set(resourceId, { resourceId, slots, free, owners: new Map(), idleSinceMs });
    this.changed();
  }

  /** @param counted whether the provider still counts it among those that run, because it has not said that it ended */
  removeWorker(resourceId: string, counted: boolean): void {
    this.workers.delete(resourceId);
    if (counted) this.ghosts.add(resourceId);
    else this.ghosts.delete(resourceId);
    this.changed();
  }

  request(request: SlotRequest): void {
    const { clock, requestTimeoutMs } = this.options;
    const waiting: Waiting = {
      request,
      sinceMs: clock.nowMs(),
      cancelTimeout: clock.after(requestTimeoutMs, () => {
        this.timeOut(waiting);
      }),
    };
    this.waiting.push(waiting);
    this.changed();
  }

  /** The job does not wait any longer. */
  withdraw(jobId: string): void {
    const kept = this.waiting.filter(({ request }) => request.jobId !== jobId);
    if (kept.length === this.waiting.length) return;
    for (const entry of this.waiting) if (entry.request.jobId === jobId) entry.cancelTimeout();
    this.waiting = kept;
    this.changed();
  }

  /** Gives slots back. Those of TaskManagers that are gone are ignored. */
  free(jobId: string, slots: readonly Slot[]): void {
    for (const { resourceId, slot } of slots) {
      const worker = this.workers.get(resourceId);
      if (worker?.owners.get(slot) !== jobId) continue;
      worker.owners.delete(slot);
      worker.free.add(slot);
      if (worker.owners.size === 0) worker.idleSinceMs = this.options.clock.monotonicMs();
    }
    this.changed();
  }

  /** Why the provider has not brought what was wanted; empty when it has. Returns whether that is news. */
  setPendingReason(reason: string): boolean {
    if (reason === this.pendingReason) return false;
    this.pendingReason = reason;
    this.changed();
    return true;
  }

  /** What a job waits for, for people; undefined when it waits for nothing. */
  describeWaiting(jobId: string): string | undefined {
    const position = this.waiting.findIndex(({ request }) => request.jobId === jobId);
    const entry = this.waiting[position];
    if (entry === undefined) return undefined;
    const { count } = entry.request;
    const queue = position === 0 ? '' : `, behind ${position} other job${position === 1 ? '' : 's'}`;
    const { coming } = this;
    const workers = coming === 0 ? '' : `, ${coming} more TaskManager${coming === 1 ? '' : 's'} asked for`;
    const reason = this.pendingReason === '' || coming === 0 ? '' : ` (${this.pendingReason})`;
    const slots = `${count} slot${count === 1 ? '' : 's'}`;
    return `waiting for ${slots} (${this.freeSlots} of ${this.totalSlots} free)${queue}${workers}${reason}`;
  }

  /** Gives TaskManagers back that have been idle for too long and that nobody waits for. */
  releaseIdle(): void {
    const { clock, provider, idleTimeoutMs } = this.options;
    if (!provider.elastic || this.waiting.length > 0) return;
    const nowMs = clock.monotonicMs();
    for (const worker of [...this.workers.values()]) {
      if (worker.idleSinceMs === undefined || nowMs - worker.idleSinceMs < idleTimeoutMs) continue;
      const reason = `idle for ${Math.round((nowMs - worker.idleSinceMs) / 1000)} s`;
      this.workers.delete(worker.resourceId);
      this.options.log.info({ resourceId: worker.resourceId }, `TaskManager given back: ${reason}`);
      this.giveBack(worker.resourceId, reason);
      this.options.onReleased(worker.resourceId, reason);
    }
    this.wantWorkers();
  }

  /** A lost TaskManager did not come back: its owner shall end it. Returns whether it was not back. */
  releaseGhost(resourceId: string, reason: string): boolean {
    if (!this.ghosts.delete(resourceId)) return false;
    this.giveBack(resourceId, reason);
    this.wantWorkers();
    return true;
  }

  /** The provider wants one less then, unless it knew before that this one is gone: it is told anew how many there shall be. */
  private giveBack(resourceId: string, reason: string): void {
    this.options.provider.release(resourceId, reason);
    this.recount = true;
  }

  stop(): void {
    for (const { cancelTimeout } of this.waiting) cancelTimeout();
    this.waiting = [];
  }

  /** Hands out what can be handed out, in a later turn, so that callers never see their own call back. */
  private changed(): void {
    if (this.matching) return;
    this.matching = true;
    queueMicrotask(() => {
      this.matching = false;
      this.match();
      this.wantWorkers();
    });
  }

  private match(): void {
    for (const entry of [...this.waiting]) {
      const { count, atLeast = count } = entry.request;
      if (count > this.freeSlots) {
        if (this.moreWillCome) return;
        if (Math.max(1, atLeast) > this.freeSlots) continue;
      }
      this.waiting = this.waiting.filter((other) => other !== entry);
      entry.cancelTimeout();
      entry.request.granted(this.take(entry.request.jobId, Math.min(count, this.freeSlots)));
    }
  }

  /** Whether it is worth keeping free slots for a job that needs more. If not, smaller ones use them meanwhile. */
  private get moreWillCome(): boolean {
    const { maxSlots, provider } = this.options;
    const isStuck = this.pendingReason !== '' && this.coming > 0;
    return provider.elastic && !isStuck && this.totalSlots < maxSlots;
  }

  /** TaskManagers that were asked for and have not registered yet. */
  private get coming(): number {
    return Math.max(0, this.wanted - this.workers.size - this.ghosts.size);
  }

  private take(jobId: string, count: number): Slot[] {
    const taken: Slot[] = [];
    for (const worker of choose([...this.workers.values()], count)) {
      for (const slot of [...worker.free].toSorted((a, b) => a - b)) {
        if (taken.length === count) return taken;
        worker.free.delete(slot);
        worker.owners.set(slot, jobId);
        worker.idleSinceMs = undefined;
        taken.push({ resourceId: worker.resourceId, slot });
      }
    }
    return taken;
  }

  private wantWorkers(): void {
    const { slotsPerWorker, maxSlots, provider } = this.options;
    const needed = sum(this.waiting.map(({ request }) => request.count));
    const missing = Math.min(Math.max(0, needed - this.freeSlots), Math.max(0, maxSlots - this.totalSlots));
    const there = this.workers.size + this.ghosts.size;
    // What is there and was not wanted (a ghost that the provider does not count) must not bring yet another one.
    const enough = this.recount ? there : Math.min(there, this.wanted);
    const wanted = missing === 0 ? enough : there + Math.ceil(missing / slotsPerWorker);
    if (wanted === this.wanted && !this.recount) return;
    this.recount = false;
    // The cluster may well have room for less than it was asked for before.
    if (wanted < this.wanted) this.pendingReason = '';
    this.wanted = wanted;
    provider.want(wanted);
  }

  private timeOut(entry: Waiting): void {
    const { jobId, jobName, count } = entry.request;
    const state = this.describeWaiting(jobId) ?? '';
    this.waiting = this.waiting.filter((other) => other !== entry);
    entry.request.timedOut(
      new WeftError(
        'SLOTS_NOT_AVAILABLE',
        `The job "${jobName}" needs ${count} more slots and did not get them within ` +
          `${this.options.requestTimeoutMs / 1000} s: ${state}.`,
        { subject: jobId },
      ),
    );
    this.changed();
  }
}

/**
 * TaskManagers in the order in which their free slots shall be used: the fullest one that still holds all of them, so that
 * a job lies together and big gaps stay; if none does, the emptiest first, so that the job lies on few.
 */
function choose(workers: readonly Worker[], count: number): Worker[] {
  const withRoom = workers.filter((worker) => worker.free.size > 0);
  const fitting = withRoom.filter((worker) => worker.free.size >= count);
  if (fitting.length > 0) return fitting.toSorted((a, b) => a.free.size - b.free.size).slice(0, 1);
  return withRoom.toSorted((a, b) => b.free.size - a.free.size);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
