/** A coordinator whose port only notes down what it is told. */
import type { ManualClock } from '../../../../runtime/common/clock.js';
import type { WeftError } from '../../../../runtime/common/errors/index.js';
import type { CoordinatorSettings } from '../../../../runtime/jobmanager/checkpoint/checkpoint-settings.js';
import { CheckpointCoordinator } from '../../../../runtime/jobmanager/checkpoint/coordinator.js';
import type {
  CheckpointTask,
  PendingCheckpoint,
} from '../../../../runtime/jobmanager/checkpoint/pending-checkpoint.js';

export const INTERVAL_MS = 100;
export const TIMEOUT_MS = 500;

export class CoordinatorRig {
  readonly coordinator: CheckpointCoordinator;
  running: CheckpointTask[] = [0, 1, 2].map((subtask) => ({ executionId: `e${subtask}`, vertexId: 'v', subtask }));
  readonly finished: CheckpointTask[] = [];
  readonly triggered: PendingCheckpoint[] = [];
  readonly finalizing = new Set<number>();
  readonly completed: PendingCheckpoint[] = [];
  readonly aborted: PendingCheckpoint[] = [];
  readonly reasons: WeftError[] = [];
  readonly jobFailures: WeftError[] = [];
  private readonly periodicMs: { triggeredMs: number; lastEndMs: number }[] = [];
  private lastEndMs = -Infinity;

  constructor(
    readonly clock: ManualClock,
    settings: Partial<CoordinatorSettings> = {},
  ) {
    this.coordinator = new CheckpointCoordinator({
      clock,
      settings: {
        ...{ intervalMs: INTERVAL_MS, timeoutMs: TIMEOUT_MS, minPauseMs: 0, maxConcurrent: 1 },
        ...{ tolerableFailures: 0, afterTasksFinish: true, unaligned: false },
        ...settings,
      },
      firstId: 1,
      random: () => 0.5,
      port: {
        plan: () => ({
          trigger: this.running.slice(0, 1),
          acknowledge: [...this.running],
          finished: [...this.finished],
        }),
        trigger: (pending) => {
          this.triggered.push(pending);
          if (!pending.isSavepoint) {
            this.periodicMs.push({ triggeredMs: clock.monotonicMs(), lastEndMs: this.lastEndMs });
          }
        },
        finalize: ({ id }) => this.finalizing.add(id),
        completed: (pending) => {
          this.completed.push(pending);
          this.ended();
        },
        aborted: (pending, reason) => {
          this.finalizing.delete(pending.id);
          this.aborted.push(pending);
          this.reasons.push(reason);
          this.ended();
        },
        failJob: (error) => {
          this.jobFailures.push(error);
        },
      },
    });
  }

  runs({ executionId }: CheckpointTask): boolean {
    return this.running.some((task) => task.executionId === executionId);
  }

  answer(checkpointId: number, { executionId }: CheckpointTask): void {
    this.coordinator.acknowledge({
      ...{ executionId, checkpointId },
      state: { operators: [], location: { kind: 'none' }, sizeBytes: 0 },
      ...{ startDelayMs: 0, alignmentMs: 0, syncMs: 0, asyncMs: 0 },
    });
  }

  /** All that a checkpoint still waits for, and its metadata. */
  complete(checkpointId: number): void {
    for (const task of this.running) this.answer(checkpointId, task);
    if (this.finalizing.delete(checkpointId)) this.coordinator.finalized(checkpointId);
  }

  finish(task: CheckpointTask): void {
    this.running = this.running.filter(({ executionId }) => executionId !== task.executionId);
    this.finished.push(task);
    this.coordinator.taskFinished(task);
  }

  /** For each periodic checkpoint: when the one before it ended, and when it began. */
  pauses(): [number, number][] {
    return this.periodicMs.map(({ triggeredMs, lastEndMs }) => [lastEndMs, triggeredMs]);
  }

  private ended(): void {
    this.lastEndMs = this.clock.monotonicMs();
  }
}
