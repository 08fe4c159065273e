/** Sends what the job's checkpoints have to say to the TaskManagers of the job. */
import type { CheckpointMessenger } from '../checkpoint/index.js';
import type { Slot } from '../slot-pool.js';
import type { TaskManagerPeer } from '../task-managers.js';
import type { Execution } from './execution.js';

export interface CheckpointAudience {
  readonly jobId: string;
  attempt(): number;
  execution(executionId: string): Execution | undefined;
  /** Those that the job holds. */
  slots(): readonly Slot[];
  session(resourceId: string): TaskManagerPeer['session'] | undefined;
}

export function checkpointMessenger(audience: CheckpointAudience): CheckpointMessenger {
  const { jobId } = audience;
  return {
    trigger(tasks, order) {
      const bySlot = new Map<string, { place: Slot; executionIds: string[] }>();
      for (const { executionId } of tasks) {
        const place = audience.execution(executionId)?.place;
        if (place === undefined) continue;
        const key = `${place.resourceId}/${place.slot}`;
        const entry = bySlot.get(key) ?? { place, executionIds: [] };
        entry.executionIds.push(executionId);
        bySlot.set(key, entry);
      }
      const jobAttempt = audience.attempt();
      for (const { place, executionIds } of bySlot.values()) {
        const session = audience.session(place.resourceId);
        session?.notify('triggerCheckpoint', { jobId, jobAttempt, slot: place.slot, executionIds, order });
      }
    },
    ended(checkpointId, outcome) {
      const jobAttempt = audience.attempt();
      for (const resourceId of new Set(audience.slots().map((slot) => slot.resourceId))) {
        audience.session(resourceId)?.notify('checkpointEnded', { jobId, jobAttempt, checkpointId, outcome });
      }
    },
  };
}
