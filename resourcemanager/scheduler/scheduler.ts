/** What the Scheduler is told, and what it decides. Pure data. */
import type { ApplicationAttemptId, ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import type { NodeDescription } from './node-table.js';

export type SchedulerEvent =
  /** A node registered, or its size, health or connection changed. Idempotent. */
  | { type: 'node-updated'; node: NodeDescription }
  /** The node is gone. Its containers are ended one by one by their own events. */
  | { type: 'node-removed'; nodeId: NodeId }
  | { type: 'application-added'; applicationId: ApplicationId; queue: string; user: string; submissionOrder: number }
  /** A new attempt: earlier asks are void, containers stay. */
  | { type: 'attempt-added'; applicationId: ApplicationId; attemptId: ApplicationAttemptId }
  | { type: 'application-removed'; applicationId: ApplicationId }
  | {
      type: 'asked';
      applicationId: ApplicationId;
      asks: readonly ResourceRequest[];
      blacklistAdditions: readonly string[];
      blacklistRemovals: readonly string[];
    }
  /** A container that was allocated before a restart of the ResourceManager. */
  | {
      type: 'container-recovered';
      applicationId: ApplicationId;
      containerId: ContainerId;
      nodeId: NodeId;
      resource: Resource;
    }
  | { type: 'container-ended'; applicationId: ApplicationId; containerId: ContainerId };

/** A container for an application. (Preemption will be another kind.) */
export interface Allocation {
  kind: 'allocate';
  applicationId: ApplicationId;
  attemptId: ApplicationAttemptId;
  containerId: ContainerId;
  nodeId: NodeId;
  resource: Resource;
  /** The priority of the ask that it answers. */
  priority: number;
}
export type Decision = Allocation;

/** Why an application waits: the gate that stopped it, and the numbers. */
export interface Refusal {
  gate: 'no-nodes' | 'node-size' | 'node-fit' | 'locality' | 'queue';
  message: string;
}

/** How much the cluster has, uses and is asked for. */
export interface SchedulerTotals {
  capacity: Resource;
  used: Resource;
  containers: number;
  nodes: number;
  pending: Resource;
  pendingContainers: number;
}

export interface ApplicationUsage {
  used: Resource;
  containers: number;
  pendingContainers: number;
}

/**
 * Deterministic: the same events in the same order give the same decisions. No I/O, clock, timer or chance inside; the
 * caller brings the time and carries the decisions out.
 */
export interface Scheduler {
  readonly name: string;
  /** The queues that take applications. */
  readonly queues: readonly string[];
  /** The step that asks are rounded up to. */
  readonly minimum: Resource;
  apply(event: SchedulerEvent, nowMs: number): Decision[];
  /** The queue that is meant by this name or path; undefined if there is none. */
  resolveQueue(name: string): string | undefined;
  /** Largest container that can be asked for: as configured, else the largest node; undefined if neither is known. */
  maximum(): Resource | undefined;
  /** Why no node can ever give this much. */
  tooLarge(ask: Resource): Refusal | undefined;
  refusal(applicationId: ApplicationId, nowMs: number): Refusal | undefined;
  /** What the application could still get. */
  headroom(applicationId: ApplicationId): Resource;
  totals(): SchedulerTotals;
  usage(applicationId: ApplicationId): ApplicationUsage | undefined;
  /** What is used on a node, and by how many containers. */
  nodeUsage(nodeId: NodeId): { used: Resource; containers: number } | undefined;
}
