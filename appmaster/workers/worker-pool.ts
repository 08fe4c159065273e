/**
 * Which TaskManagers an application has and wants: events in, effects out, no I/O and no clock. The AppMaster feeds it
 * what the JobManager wants, what the ResourceManager allocates and what the NodeManagers report, and does what it says.
 */
import { canTransition, transition } from '../../runtime/common/state-machine.js';
import type { AllocatedContainer, ExitReason } from '../../runtime/common/wire/protocols/index.js';
import type { StartFailures } from './start-failures.js';
import { WORKER_TRANSITIONS, type WorkerEvent, type WorkerState } from './worker-state.js';

export type WorkerEffect =
  /** Tell the Scheduler how many containers are outstanding; replaces what was asked before. */
  | { kind: 'ask'; count: number }
  | { kind: 'start'; container: AllocatedContainer }
  /** Give back a container that was never started. */
  | { kind: 'release'; container: AllocatedContainer }
  /** Stop a TaskManager and give its container back. */
  | { kind: 'stop'; container: AllocatedContainer; reason: string }
  /** Tell the JobManager that a TaskManager is gone, without having been asked to give it back. */
  | { kind: 'terminated'; resourceId: string; diagnostics: string }
  /** Too many failed to start: call `resume` at this time. */
  | { kind: 'pause'; untilMs: number }
  /** The JobManager is given a moment to say what it wants now: call `resume` at this time. */
  | { kind: 'settle'; untilMs: number };

interface Worker {
  readonly container: AllocatedContainer;
  state: WorkerState;
}

/** How long the JobManager has to answer the loss of a TaskManager before it is replaced unasked. */
const SETTLE_MS = 150;

/** Ends of a container that say nothing about whether a TaskManager can start. */
const NOT_ITS_FAULT: ReadonlySet<ExitReason['kind']> = new Set(['node-lost', 'preempted', 'released', 'stopped']);

export class WorkerPool {
  private readonly workers = new Map<string, Worker>();
  private wanted = 0;
  private asked = 0;
  private settlesAtMs = -Infinity;

  constructor(private readonly failures: StartFailures) {}

  get wantedCount(): number {
    return this.wanted;
  }

  /** Containers that were asked for and did not come yet. */
  get outstanding(): number {
    return this.asked;
  }

  /** TaskManagers that start or run, oldest first. */
  get activeIds(): string[] {
    return this.active().map(({ container }) => container.containerId);
  }

  /** Every container that this attempt holds, those that are being stopped too. */
  get heldIds(): string[] {
    return [...this.workers.keys()];
  }

  on(nodeId: string): string[] {
    return this.active()
      .filter(({ container }) => container.nodeId === nodeId)
      .map(({ container }) => container.containerId);
  }

  want(count: number, nowMs: number): WorkerEffect[] {
    this.wanted = count;
    this.settlesAtMs = -Infinity;
    return this.reconcile(nowMs);
  }

  /** The ResourceManager has forgotten what was asked (it was restarted): ask anew. */
  forgetAsks(nowMs: number): WorkerEffect[] {
    this.asked = 0;
    return this.reconcile(nowMs);
  }

  /** TaskManagers that an earlier attempt left running. */
  adopt(containers: readonly AllocatedContainer[], nowMs: number): WorkerEffect[] {
    for (const container of containers) {
      if (!this.workers.has(container.containerId)) {
        this.workers.set(container.containerId, { container, state: 'LAUNCHED' });
      }
    }
    this.wanted = Math.max(this.wanted, this.active().length);
    return this.reconcile(nowMs);
  }

  allocated(containers: readonly AllocatedContainer[], nowMs: number): WorkerEffect[] {
    const effects: WorkerEffect[] = [];
    for (const container of containers) {
      if (this.workers.has(container.containerId)) continue;
      this.asked = Math.max(0, this.asked - 1);
      if (this.active().length < this.wanted) {
        this.workers.set(container.containerId, { container, state: 'STARTING' });
        effects.push({ kind: 'start', container });
      } else {
        // Normal: an ask that was lowered crossed the allocation on its way.
        effects.push({ kind: 'release', container });
      }
    }
    return [...effects, ...this.reconcile(nowMs)];
  }

  launched(containerId: string): void {
    this.move(containerId, 'launched');
  }

  /** The JobManager reports that the TaskManager has registered. */
  registered(containerId: string): void {
    this.move(containerId, 'registered');
  }

  /** The NodeManager could not start the TaskManager, or did not answer. */
  startFailed(containerId: string, diagnostics: string, nowMs: number): WorkerEffect[] {
    const worker = this.workers.get(containerId);
    if (worker?.state !== 'STARTING') return [];
    this.workers.delete(containerId);
    return [
      { kind: 'stop', container: worker.container, reason: diagnostics },
      { kind: 'terminated', resourceId: containerId, diagnostics },
      ...this.countFailure(nowMs),
      ...this.reconcile(nowMs),
    ];
  }

  /** A container ended. Heard from its NodeManager and from the ResourceManager: the second word changes nothing. */
  completed(containerId: string, exit: ExitReason, nowMs: number): WorkerEffect[] {
    const worker = this.workers.get(containerId);
    if (worker === undefined) return [];
    this.workers.delete(containerId);
    if (worker.state === 'STOPPING') return this.reconcile(nowMs);
    const terminated = { kind: 'terminated', resourceId: containerId, diagnostics: exit.diagnostics } as const;
    if (worker.state === 'REGISTERED') return [terminated, ...this.settle(nowMs)];
    const failedToStart = !NOT_ITS_FAULT.has(exit.kind);
    return [terminated, ...(failedToStart ? this.countFailure(nowMs) : []), ...this.reconcile(nowMs)];
  }

  /** The JobManager gives a TaskManager back. One that is gone already, or unknown, is no error. */
  giveBack(containerId: string, reason: string, nowMs: number): WorkerEffect[] {
    const worker = this.workers.get(containerId);
    if (worker === undefined || worker.state === 'STOPPING') return [];
    this.wanted = Math.max(0, this.wanted - 1);
    this.move(containerId, 'stop');
    return [{ kind: 'stop', container: worker.container, reason }, ...this.reconcile(nowMs)];
  }

  /** The application ends: nothing is wanted any more. */
  stopAll(reason: string, nowMs: number): WorkerEffect[] {
    this.wanted = 0;
    const effects: WorkerEffect[] = [];
    for (const { container } of this.active()) {
      this.move(container.containerId, 'stop');
      effects.push({ kind: 'stop', container, reason });
    }
    return [...effects, ...this.reconcile(nowMs)];
  }

  /** The pause is over. */
  resume(nowMs: number): WorkerEffect[] {
    return this.reconcile(nowMs);
  }

  private active(): Worker[] {
    return [...this.workers.values()].filter(({ state }) => state !== 'STOPPING');
  }

  private move(containerId: string, event: WorkerEvent): void {
    const worker = this.workers.get(containerId);
    if (worker === undefined || !canTransition(WORKER_TRANSITIONS, worker.state, event)) return;
    worker.state = transition('TaskManager', WORKER_TRANSITIONS, worker.state, event);
  }

  private countFailure(nowMs: number): WorkerEffect[] {
    return this.failures.record(nowMs) ? [{ kind: 'pause', untilMs: this.failures.pausedUntilMs }] : [];
  }

  /**
   * The JobManager may have noticed the loss first and asked for one more already; until it has heard that this one is gone,
   * asking for a replacement too would bring two.
   */
  private settle(nowMs: number): WorkerEffect[] {
    this.settlesAtMs = nowMs + SETTLE_MS;
    return [{ kind: 'settle', untilMs: this.settlesAtMs }];
  }

  private reconcile(nowMs: number): WorkerEffect[] {
    let missing = this.failures.isPaused(nowMs) ? 0 : Math.max(0, this.wanted - this.active().length);
    if (nowMs < this.settlesAtMs) missing = Math.min(missing, this.asked);
    if (missing === this.asked) return [];
    this.asked = missing;
    return [{ kind: 'ask', count: missing }];
  }
}
