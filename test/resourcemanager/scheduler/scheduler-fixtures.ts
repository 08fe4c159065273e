import {
  applicationAttemptId,
  applicationId,
  nodeId,
  type ApplicationId,
  type NodeId,
} from '../../../runtime/common/ids.js';
import type { Resource, ResourceRequest } from '../../../runtime/common/wire/protocols/index.js';
import { createScheduler, type Scheduler, type SchedulerEvent } from '../../../resourcemanager/scheduler/index.js';

export const MB = (memoryMb: number, vcores = 1): Resource => ({ memoryMb, vcores });

export function newFifo(changes: { maximumMemoryMb?: number; epoch?: number } = {}): Scheduler {
  return createScheduler(
    'fifo',
    {
      minimum: MB(128),
      maximumMemoryMb: changes.maximumMemoryMb,
      maximumVcores: undefined,
      epoch: changes.epoch ?? 0,
    },
    'test',
  );
}

export const node = (number: number): NodeId => nodeId(`host${number}`, 1);
export const app = (number: number): ApplicationId => applicationId(1, number);

export function nodeUpdated(
  number: number,
  capacity: Resource,
  changes: { schedulable?: boolean; rack?: string; label?: string } = {},
): SchedulerEvent {
  const description = { nodeId: node(number), host: `host${number}`, rack: '/default-rack', capacity };
  return { type: 'node-updated', node: { schedulable: true, ...description, ...changes } };
}

/** An application with its first attempt. */
export function added(number: number): SchedulerEvent[] {
  const applicationIdOf = app(number);
  return [
    {
      type: 'application-added',
      applicationId: applicationIdOf,
      queue: 'default',
      user: 'ada',
      submissionOrder: number,
    },
    { type: 'attempt-added', applicationId: applicationIdOf, attemptId: applicationAttemptId(applicationIdOf, 1) },
  ];
}

export function ask(
  numContainers: number,
  resource: Resource,
  changes: Partial<ResourceRequest> = {},
): ResourceRequest {
  return { priority: 1, resourceName: '*', resource, numContainers, relaxLocality: true, ...changes };
}

export function asked(number: number, ...asks: ResourceRequest[]): SchedulerEvent {
  return { type: 'asked', applicationId: app(number), asks, blacklistAdditions: [], blacklistRemovals: [] };
}
