/** What a job orders of the TaskManagers that run its tasks, and asks of them, but for deployment and checkpoints. */
import type { Logger } from '../../common/log/logger.js';
import type { ToReader } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { Slot } from '../slot-pool.js';
import type { TaskManagerPeer, TaskManagers } from '../task-managers.js';
import type { Execution } from './execution.js';

/** What a collect sink keeps for the client. */
export interface Collected {
  /** Structured clones, base64. */
  readonly records: readonly string[];
  /** No record follows this one. */
  readonly ended: boolean;
}

export interface TaskOrdersOptions {
  readonly jobId: string;
  readonly log: Logger;
  readonly taskManagers: Pick<TaskManagers, 'get'>;
  /** `task.cancellation.timeout` */
  readonly cancellationTimeoutMs: number;
}

export class TaskOrders {
  constructor(private readonly options: TaskOrdersOptions) {}

  session(resourceId: string): TaskManagerPeer['session'] | undefined {
    return this.options.taskManagers.get(resourceId)?.peer.session;
  }

  /**
   * Ends what runs in these slots, and the threads: one order to each TaskManager.
   * @param regions those that end @default all
   */
  cancel(slots: readonly Slot[], regions?: ReadonlySet<number>): void {
    const { jobId, log, cancellationTimeoutMs: timeoutMs } = this.options;
    const numbersOf = new Map<string, Set<number>>();
    for (const { resourceId, slot } of slots) {
      numbersOf.set(resourceId, (numbersOf.get(resourceId) ?? new Set<number>()).add(slot));
    }
    for (const [resourceId, numbers] of numbersOf) {
      this.session(resourceId)
        ?.call(
          'cancelTasks',
          {
            ...{ jobId, slots: [...numbers].toSorted((a, b) => a - b) },
            ...(regions === undefined ? {} : { regions: [...regions] }),
          },
          { timeoutMs },
        )
        .catch((error: unknown) => {
          log.warn({ err: error, jobId, resourceId }, 'tasks could not be cancelled');
        });
    }
  }

  /** What stages left there for later ones goes. */
  releasePartitions(executions: readonly Execution[]): void {
    for (const resourceId of new Set(executions.flatMap(({ place }) => place?.resourceId ?? []))) {
      this.session(resourceId)?.notify('releasePartitions', { jobId: this.options.jobId });
    }
  }

  /** An enumerator speaks to the reader in a task. */
  toReader({ executionId, place }: Execution, message: ToReader): void {
    if (place === undefined) return;
    const { jobId } = this.options;
    const { resourceId, slot, region } = place;
    this.session(resourceId)?.notify('toReader', { jobId, slot, region, executionId, message });
  }

  /** Records of a collect sink, from a position on; undefined when it does not run or does not answer. */
  async collect({ state, place }: Execution, from: number): Promise<Collected | undefined> {
    const { jobId, log } = this.options;
    const session = state !== 'RUNNING' || place === undefined ? undefined : this.session(place.resourceId);
    if (place === undefined || session === undefined) return undefined;
    try {
      return await session.call('collectResults', { jobId, slot: place.slot, region: place.region, from });
    } catch (error) {
      log.debug({ err: error, jobId }, 'results could not be fetched');
      return undefined;
    }
  }
}
