/** How the memory of a job's TaskManagers is divided, and what the job uses of the managed part. Pure. */
import type { MemoryPlan, SlotManagedUsage } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { JobMaster } from '../job/job-master.js';
import type { TaskManager } from '../task-managers.js';

export interface TaskManagerMemory {
  taskManager: string;
  slots: number;
  /** Bytes. */
  plan: MemoryPlan;
  /** Of the slots that the job runs in now, as the latest heartbeat says. */
  managed: Omit<SlotManagedUsage, 'jobId'>[];
}

/** One entry for each TaskManager that runs or has run something of the job's current attempt, and is still there. */
export function memoryOf(job: JobMaster, taskManagers: readonly TaskManager[]): TaskManagerMemory[] {
  const used = new Set(job.allExecutions().map(({ place }) => place?.resourceId));
  return taskManagers
    .filter(({ registration }) => used.has(registration.resourceId))
    .map(({ registration, heartbeat }) => ({
      taskManager: registration.resourceId,
      slots: registration.slots,
      plan: registration.memory,
      managed: (heartbeat?.managedMemory ?? []).flatMap(({ jobId, ...usage }) => (jobId === job.jobId ? usage : [])),
    }));
}
