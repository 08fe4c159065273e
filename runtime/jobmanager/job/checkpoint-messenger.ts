/** Sends what the job's checkpoints have to say to the TaskManagers of the job. */
import type { CheckpointMessenger } from '../checkpoint/index.js';
import type { Slot } from '../slot-pool.js';
import type { TaskManagerPeer } from '../task-managers.js';
import type { Execution, ExecutionPlace } from './execution.js';

export interface CheckpointAudience {
  readonly jobId: string;
  execution(executionId: string): Execution | undefined;
  /** Those that the job holds. */
  slots(): readonly Slot[];
  session(resourceId: string): TaskManagerPeer['session'] | undefined;
}

export function checkpointMessenger(audience: CheckpointAudience): CheckpointMessenger {
  const { jobId } = audience;
  return {
    trigger(tasks, order) {
      const byThread = new Map<string, { place: ExecutionPlace; executionIds: string[] }>();
      for (const { executionId } of tasks) {
        const place = audience.execution(executionId)?.place;
        if (place === undefined) continue;
        const key = `${place.resourceId}/${place.slot}/${place.region}`;
        const entry = byThread.get(key) ?? { place, executionIds: [] };
        entry.executionIds.push(executionId);
        byThread.set(key, entry);
      }
      for (const { place, executionIds } of byThread.values()) {
        const { slot, region } = place;
        const session = audience.session(place.resourceId);
        session?.notify('triggerCheckpoint', { jobId, slot, region, executionIds, order });
      }
    },
    ended(checkpointId, outcome) {
      for (const resourceId of new Set(audience.slots().map((slot) => slot.resourceId))) {
        audience.session(resourceId)?.notify('checkpointEnded', { jobId, checkpointId, outcome });
      }
    },
  };
}
