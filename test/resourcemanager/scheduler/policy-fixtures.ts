import type { RawEntry } from '../../../runtime/common/config/configuration.js';
import {
  createScheduler,
  NO_POLICY_FILES,
  type Decision,
  type PolicyFiles,
  type Scheduler,
  type SchedulerEvent,
} from '../../../resourcemanager/scheduler/index.js';
import { applicationAttemptId } from '../../../runtime/common/ids.js';
import { MB, app } from './scheduler-fixtures.js';

const PREFIX = 'yarn.scheduler.capacity.';

/** Keys below `yarn.scheduler.capacity.`; those with a full name are taken as they are. Each is a line of the file. */
export function capacityFiles(keys: Readonly<Record<string, string>>): PolicyFiles {
  const entries = Object.entries(keys).map(([key, value], index): [string, RawEntry] => [
    key.startsWith('yarn.') ? key : PREFIX + key,
    { value, origin: `capacity-scheduler.xml:${index + 1}` },
  ]);
  return { ...NO_POLICY_FILES, capacity: new Map(entries) };
}

/** Two queues of 30 and 70 percent, the first with two children, and limits that bind. */
export const TWO_LEVELS: Readonly<Record<string, string>> = {
  'maximum-am-resource-percent': '0.5',
  'root.queues': 'a,b',
  'root.a.capacity': '30',
  'root.a.maximum-capacity': '60',
  'root.a.queues': 'a1,a2',
  'root.a.a1.capacity': '50',
  'root.a.a2.capacity': '50',
  'root.a.a1.user-limit-factor': '2',
  'root.b.capacity': '70',
};

/** The text of a `fair-scheduler.xml`, with keys of `yarn-site.xml` below `yarn.scheduler.fair.` or with their full names. */
export function fairFiles(text: string, keys: Readonly<Record<string, string>> = {}): PolicyFiles {
  const site = Object.entries(keys).map(([key, value], index): [string, RawEntry] => [
    key.startsWith('yarn.') ? key : `yarn.scheduler.fair.${key}`,
    { value, origin: `yarn-site.xml:${index + 1}` },
  ]);
  return { ...NO_POLICY_FILES, site: new Map(site), allocations: { text, path: 'fair-scheduler.xml' } };
}

/** Two queues, the first with two children, with weights, minima and limits that bind. */
export const FAIR_TWO_LEVELS = `<allocations>
  <queue name="a">
    <maxResources>8192 mb, 64 vcores</maxResources>
    <queue name="a1"><weight>2.0</weight><minResources>512 mb, 1 vcores</minResources></queue>
    <queue name="a2"><schedulingPolicy>fifo</schedulingPolicy></queue>
  </queue>
  <queue name="b"><maxRunningApps>2</maxRunningApps></queue>
</allocations>`;

export function newScheduler(
  name: string,
  files: PolicyFiles = NO_POLICY_FILES,
  placement: 'immediate' | 'heartbeat' = 'immediate',
): Scheduler {
  const settings = { minimum: MB(128), maximumMemoryMb: undefined, maximumVcores: undefined, epoch: 0, placement };
  return createScheduler(name, settings, 'test', files);
}

/** An application in a queue, with its first attempt. */
export function submitted(
  number: number,
  queue: string,
  changes: { user?: string; priority?: number; amMb?: number } = {},
): SchedulerEvent[] {
  const applicationId = app(number);
  const { user = 'ada', priority = 0, amMb } = changes;
  return [
    {
      ...{ type: 'application-added', applicationId, queue, user, submissionOrder: number, priority },
      ...(amMb === undefined ? {} : { amResource: MB(amMb) }),
    },
    { type: 'attempt-added', applicationId, attemptId: applicationAttemptId(applicationId, 1) },
  ];
}

export function applyEach(scheduler: Scheduler, events: readonly SchedulerEvent[], nowMs = 0): Decision[] {
  return events.flatMap((event) => scheduler.apply(event, nowMs));
}
