/**
 * The Scheduler: which application gets a container on which node. A deterministic core without I/O, clocks, timers or
 * chance: it is told events and answers decisions, which the ResourceManager carries out. Everything that schedulers
 * share is in `scheduler-core.ts`; each scheduler is a `SchedulingPolicy`, entered in the registry below.
 * Called by the ResourceManager (and by `weft sls` in simulated time); imports nothing but `runtime/common`.
 */
import { WeftError } from '../../runtime/common/errors/index.js';
import { FifoPolicy } from './fifo/fifo-policy.js';
import type { SchedulingPolicy } from './policy.js';
import { SchedulerCore, type SchedulerSettings } from './scheduler-core.js';
import type { Scheduler } from './scheduler.js';

interface SchedulerEntry {
  readonly name: string;
  /** What Hadoop's files call it. */
  readonly hadoopClass: string;
  createPolicy(): SchedulingPolicy;
}

/** The schedulers that `yarn.resourcemanager.scheduler.class` can name. */
const SCHEDULERS: readonly SchedulerEntry[] = [
  {
    name: 'fifo',
    hadoopClass: 'org.apache.hadoop.yarn.server.resourcemanager.scheduler.fifo.FifoScheduler',
    createPolicy: () => new FifoPolicy(),
  },
];

/** @throws RM_UNKNOWN_SCHEDULER naming those that there are */
export function createScheduler(name: string, settings: SchedulerSettings, origin: string): Scheduler {
  const entry = SCHEDULERS.find((each) => each.name === name.toLowerCase() || each.hadoopClass === name);
  if (entry === undefined) {
    const names = SCHEDULERS.map((each) => each.name).join(', ');
    const message = `There is no scheduler "${name}" (set by ${origin}). There is: ${names}.`;
    throw new WeftError('RM_UNKNOWN_SCHEDULER', message, { subject: 'yarn.resourcemanager.scheduler.class' });
  }
  return new SchedulerCore(entry.createPolicy(), settings);
}

export { SchedulerCore, type SchedulerSettings } from './scheduler-core.js';
export { add, describe, NOTHING } from './resources.js';
export type { Allocation, Decision, Refusal, Scheduler, SchedulerEvent, SchedulerTotals } from './scheduler.js';
