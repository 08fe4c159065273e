/** What differs between a session and a per-job application: when the JobManager starts, and who asks for TaskManagers first. */
import { clusterOptions, type Configuration } from '../../runtime/common/config/index.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import type { AppMasterSettings } from '../settings.js';

export interface StartPlan {
  /** TaskManagers to ask for before the JobManager is up. */
  initialWorkers: number;
  /**
   * How long the JobManager's start waits for the first container, so that the chain's steps come in their order; it
   * must not wait longer, because a full cluster may have no room for minutes. Milliseconds.
   */
  jobManagerDelayMs: number;
}

/**
 * Per-job, the graph says how many slots the job needs, so TaskManagers start at the same time as the JobManager. In a
 * session the JobManager asks when a job comes.
 */
export function startPlan({ jobGraph, configuration }: AppMasterSettings): StartPlan {
  if (jobGraph === undefined) return { initialWorkers: 0, jobManagerDelayMs: 0 };
  return { initialWorkers: workersFor(requiredSlots(jobGraph), configuration), jobManagerDelayMs: 200 };
}

/** Slots that a job needs: the widest vertex of each slot sharing group. */
export function requiredSlots(graph: JobGraph): number {
  const widest = new Map<string, number>();
  for (const { slotSharingGroup, parallelism } of graph.vertices) {
    widest.set(slotSharingGroup, Math.max(widest.get(slotSharingGroup) ?? 0, parallelism));
  }
  return [...widest.values()].reduce((sum, slots) => sum + slots, 0);
}

/** TaskManagers that offer so many slots, within `slotmanager.number-of-slots.max`. */
function workersFor(slots: number, configuration: Configuration): number {
  const perWorker = configuration.get(clusterOptions.numberOfTaskSlots);
  return Math.min(Math.ceil(slots / perWorker), Math.floor(configuration.get(clusterOptions.maxSlots) / perWorker));
}
