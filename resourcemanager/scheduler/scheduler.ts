/** What the Scheduler is told, and what it decides. Pure data. */
import type { ApplicationAttemptId, ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import type { ApplicationDescription } from './application.js';
import type { NodeDescription } from './node.js';
import type { PolicyFiles } from './policy-files.js';
import type { QueueFacts, QueueView } from './queue-view.js';
import type { Gate, Refusal } from './refusals.js';

export type SchedulerEvent =
  /** A node registered, or its size, label, health or connection changed. Idempotent. */
  | { type: 'node-updated'; node: NodeDescription }
  /** A node label of the cluster; a label that is not exclusive lends its idle nodes to asks without one. */
  | { type: 'label-defined'; label: string; exclusive: boolean }
  /** The node is there and may take containers: one scheduling pass, as at each of Hadoop's node heartbeats. */
  | { type: 'node-heartbeat'; nodeId: NodeId }
  /** The node is gone. Its containers are ended one by one by their own events. */
  | { type: 'node-removed'; nodeId: NodeId }
  /** An application that `admit` let in. */
  | ({ type: 'application-added' } & ApplicationDescription)
  /** A new attempt: earlier asks are void, containers stay. */
  | { type: 'attempt-added'; applicationId: ApplicationId; attemptId: ApplicationAttemptId }
  /** The attempt is over: what it still asks for is void. */
  | { type: 'attempt-removed'; applicationId: ApplicationId }
  /** The application is over; what its containers hold is free. Their own ends need not be told any more. */
  | { type: 'application-removed'; applicationId: ApplicationId }
  /** To a queue that `checkMove` allowed. */
  | { type: 'application-moved'; applicationId: ApplicationId; queue: string }
  | { type: 'priority-changed'; applicationId: ApplicationId; priority: number }
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
      isAppMaster?: boolean;
    }
  | { type: 'container-ended'; applicationId: ApplicationId; containerId: ContainerId }
  /** Time has passed: shares are worked out anew, and what is to be preempted. */
  | { type: 'tick' };

/** A container for an application. */
export interface Allocation {
  kind: 'allocate';
  applicationId: ApplicationId;
  attemptId: ApplicationAttemptId;
  containerId: ContainerId;
  nodeId: NodeId;
  resource: Resource;
  /** The priority of the ask that it answers. */
  priority: number;
  isAppMaster: boolean;
}

/** A container must end, so that others get their share. Once it has, its end comes as an event like any other. */
export interface Preemption {
  kind: 'preempt';
  applicationId: ApplicationId;
  containerId: ContainerId;
  nodeId: NodeId;
  /** For people: for whom, by which rule, with numbers. */
  reason: string;
}

/** A container will be preempted unless its application gives it back before. */
export interface PreemptionNotice {
  kind: 'preemption-notice';
  applicationId: ApplicationId;
  containerId: ContainerId;
  nodeId: NodeId;
  /** When it is ended by force. */
  deadlineMs: number;
  reason: string;
}

export type Decision = Allocation | Preemption | PreemptionNotice;

/** How much the cluster has, uses and is asked for. */
export interface SchedulerTotals {
  capacity: Resource;
  used: Resource;
  containers: number;
  nodes: number;
  pending: Resource;
  pendingContainers: number;
  reserved: Resource;
  reservedContainers: number;
}

export interface ApplicationUsage {
  queue: string;
  priority: number;
  /** Whether it may have its AppMaster: not held back by limits of its queue or user. */
  isActive: boolean;
  used: Resource;
  containers: number;
  pending: Resource;
  pendingContainers: number;
  reserved: Resource;
  reservedContainers: number;
}

export interface NodeUsage {
  used: Resource;
  free: Resource;
  /** The latest last. */
  containers: readonly { readonly containerId: ContainerId; readonly applicationId: ApplicationId }[];
  reservedBy: ApplicationId | undefined;
  reserved: Resource;
}

/** Whom an application is submitted for, and where to. */
export interface Admission {
  user: string;
  /** The groups of the user, the primary one first. */
  groups?: readonly string[];
  /** As the submission names it; `default` where it names none. */
  queue: string;
  applicationName?: string;
  tags?: readonly string[];
  /** The placement rules have been applied already. @default false */
  isPlaced?: boolean;
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
  /** What the files say that has no effect, with a did-you-mean. */
  readonly warnings: readonly string[];
  apply(event: SchedulerEvent, nowMs: number): Decision[];
  /** The queue that is meant by this name or path; undefined if there is none. */
  resolveQueue(name: string): string | undefined;
  /** Where the placement rules put the submission; undefined where none decides, so that the named queue holds. */
  place(admission: Admission): { queue: string } | { refusal: Refusal } | undefined;
  /** Where the submission goes, or which gate refuses it. Changes nothing. */
  admit(admission: Admission): { queue: string } | { refusal: Refusal };
  /** Why the application cannot be moved there; undefined = it can. */
  checkMove(applicationId: ApplicationId, queue: string): Refusal | undefined;
  /** The priority that it would get: capped by the cluster's maximum, 0 where the scheduler heeds none. */
  effectivePriority(priority: number): number;
  /** Why no application can be given a priority; undefined = it can, though it may have no effect (FIFO, as Hadoop's). */
  checkPriority(): Refusal | undefined;
  /** The lifetime of an application of the queue that wants this one, milliseconds; undefined = unlimited. */
  lifetimeIn(queue: string, wantedMs: number | undefined): number | undefined;
  mayAccess(user: string, groups: readonly string[], queue: string, action: 'submit' | 'administer'): boolean;
  /**
   * Puts new policy files in force, all of it or nothing.
   * @throws RM_BAD_QUEUES, CONFIG_BAD_VALUE with file, line and reason; the old ones stay in force then
   */
  refresh(files: PolicyFiles): void;
  /** All that can be said of one queue and partition, by name; undefined if there is no such queue. */
  queueFacts(queue: string, label: string): QueueFacts | undefined;
  /** What only this scheduler can say of an application. */
  applicationFacts(applicationId: ApplicationId): QueueFacts;
  /** The tree of queues with what they have and use. */
  queueTree(): QueueView;
  /** `schedulerInfo` of YARN's REST API. */
  schedulerInfo(): object;
  /**
   * Largest container that can be asked for: as configured, else the largest node; undefined if neither is known.
   * @param queue what it sets itself counts first
   */
  maximum(queue?: string): Resource | undefined;
  /** Size of a container for such an ask. */
  normalize(ask: Resource): Resource;
  /** Why no node can ever give this much. */
  tooLarge(ask: Resource): Refusal | undefined;
  /** Why nothing of this size, or with this label ('' = none), is for the queue; undefined = it may be asked for. */
  askRefusal(queue: string, size: Resource, label: string): Refusal | undefined;
  /** The gate that the application waits at; undefined if it wants nothing. */
  refusal(applicationId: ApplicationId, nowMs: number): Refusal | undefined;
  /** Each gate on the way to its next container, in order, passed or not, with the numbers. */
  explain(applicationId: ApplicationId, nowMs: number): Gate[];
  /** What the application could still get. */
  headroom(applicationId: ApplicationId): Resource;
  /** @param label only nodes with this label ('' for those without one), and what is asked of them; by default all */
  totals(label?: string): SchedulerTotals;
  /** @param label its amounts on nodes with this label only, and what it asks of them; by default on all */
  usage(applicationId: ApplicationId, label?: string): ApplicationUsage | undefined;
  /** What is used on a node, and by which containers. */
  nodeUsage(nodeId: NodeId): NodeUsage | undefined;
}
