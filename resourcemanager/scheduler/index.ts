/**
 * The Scheduler: which application gets a container on which node. A deterministic core without I/O, clocks, timers or
 * chance: it is told events and answers decisions, which the ResourceManager carries out. Everything that schedulers
 * share is in `scheduler-core.ts` and `books.ts`; each scheduler is a `SchedulingPolicy`, entered in the registry below.
 * Called by the ResourceManager (and by `weft sls` in simulated time); imports nothing but `runtime/common`.
 */
import { WeftError } from '../../runtime/common/errors/index.js';
import { CapacityPolicy } from './capacity/capacity-policy.js';
import { FairPolicy } from './fair/fair-policy.js';
import { FifoPolicy } from './fifo/fifo-policy.js';
import { NO_POLICY_FILES, type PolicyFiles } from './policy-files.js';
import { SchedulerCore } from './scheduler-core.js';
import type { Scheduler } from './scheduler.js';
import type { SchedulerSettings } from './settings.js';

interface SchedulerEntry {
  readonly name: string;
  /** What Hadoop's files call it. */
  readonly hadoopClass: string;
  create(files: PolicyFiles, settings: SchedulerSettings): Scheduler;
}

const HADOOP = 'org.apache.hadoop.yarn.server.resourcemanager.scheduler';

/** The schedulers that `yarn.resourcemanager.scheduler.class` can name. */
const SCHEDULERS: readonly SchedulerEntry[] = [
  {
    name: 'fifo',
    hadoopClass: `${HADOOP}.fifo.FifoScheduler`,
    create: (_files, settings) => new SchedulerCore(new FifoPolicy(), settings),
  },
  {
    name: 'fair',
    hadoopClass: `${HADOOP}.fair.FairScheduler`,
    create: (files, settings) => new SchedulerCore(new FairPolicy(files), settings),
  },
  {
    name: 'capacity',
    hadoopClass: `${HADOOP}.capacity.CapacityScheduler`,
    create: (files, settings) => new SchedulerCore(new CapacityPolicy(files), settings),
  },
];

/**
 * @param origin where the name was set, for the message
 * @throws RM_UNKNOWN_SCHEDULER naming those that there are; RM_BAD_QUEUES with file, line and reason
 */
export function createScheduler(
  name: string,
  settings: SchedulerSettings,
  origin: string,
  files: PolicyFiles = NO_POLICY_FILES,
): Scheduler {
  const entry = SCHEDULERS.find((each) => each.name === name.toLowerCase() || each.hadoopClass === name);
  if (entry === undefined) {
    const names = SCHEDULERS.map((each) => each.name).join(', ');
    const message = `There is no scheduler "${name}" (set by ${origin}). There is: ${names}.`;
    throw new WeftError('RM_UNKNOWN_SCHEDULER', message, { subject: 'yarn.resourcemanager.scheduler.class' });
  }
  return entry.create(files, settings);
}

export { NO_POLICY_FILES, type PolicyFiles } from './policy-files.js';
export type { QueueFacts, QueueView } from './queue-view.js';
export type { Gate, Refusal } from './refusals.js';
export { add, describe, NOTHING, subtract } from './resources.js';
export { restResource } from './rest-resource.js';
export type {
  Allocation,
  Decision,
  NodeUsage,
  Preemption,
  Scheduler,
  SchedulerEvent,
  SchedulerTotals,
} from './scheduler.js';
export type { SchedulerSettings } from './settings.js';
