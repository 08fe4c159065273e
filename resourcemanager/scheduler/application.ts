/** An application as the Scheduler sees it: what it asks for, holds and has reserved. */
import type { ApplicationAttemptId, ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import { AskTable, type AskGroup } from './ask-table.js';
import type { SchedulerNode } from './node.js';
import { NOTHING, add } from './resources.js';

/** What is known when an application is added. */
export interface ApplicationDescription {
  readonly applicationId: ApplicationId;
  /** The queue, as `admit` named it. */
  readonly queue: string;
  readonly user: string;
  /** Grows with each submission. */
  readonly submissionOrder: number;
  /** Larger is served first, where the scheduler heeds priorities. @default 0 */
  readonly priority?: number;
  /** Size of the AppMaster's container; undefined = it has none (an unmanaged AppMaster). */
  readonly amResource?: Resource;
  /** Node label of asks that name none, and of the AppMaster. */
  readonly label?: string;
}

/** A container as the Scheduler books it. */
export interface SchedulerContainer<A extends SchedulerApplication = SchedulerApplication> {
  readonly containerId: ContainerId;
  readonly application: A;
  readonly node: SchedulerNode;
  readonly resource: Resource;
  /** The priority of the ask that it answers. */
  readonly priority: number;
  /** Grows with each container of the scheduler. */
  readonly order: number;
  readonly isAppMaster: boolean;
  /** On a node with another label than was asked for. */
  readonly isOnForeignLabel: boolean;
}

/** A node that is kept for an application until what it asks for fits there. */
export interface Reservation<A extends SchedulerApplication = SchedulerApplication> {
  readonly application: A;
  readonly group: AskGroup;
  readonly node: SchedulerNode;
  readonly resource: Resource;
  readonly sinceMs: number;
}

export class SchedulerApplication {
  readonly applicationId: ApplicationId;
  readonly user: string;
  readonly submissionOrder: number;
  readonly amResource: Resource | undefined;
  readonly label: string | undefined;
  readonly asks = new AskTable();
  /** Hosts, racks and single nodes that it avoids. */
  readonly blacklist = new Set<string>();
  readonly containers = new Map<ContainerId, SchedulerContainer>();
  readonly reservations = new Map<NodeId, Reservation>();
  queue: string;
  priority: number;
  attemptId: ApplicationAttemptId | undefined;
  /** Number of the next container of the attempt. */
  nextContainer = 1;
  /** What the ids of the attempt's containers begin with: made once, since it costs as much as a decision. */
  containerPrefix: string | undefined;
  /** Sum over its containers, without reservations. */
  used: Resource = NOTHING;
  reserved: Resource = NOTHING;
  /** Since when asks have been open without a break. */
  waitingSinceMs: number | undefined;
  /** Whether the current attempt has had its AppMaster's container. */
  hasAppMaster = false;

  constructor(description: ApplicationDescription) {
    this.applicationId = description.applicationId;
    this.user = description.user;
    this.submissionOrder = description.submissionOrder;
    this.amResource = description.amResource;
    this.label = description.label;
    this.queue = description.queue;
    this.priority = description.priority ?? 0;
  }

  /** What it has reserved on nodes of the label. */
  reservedOn(label: string): Resource {
    let sum = NOTHING;
    for (const { node, resource } of this.reservations.values()) if (node.label === label) sum = add(sum, resource);
    return sum;
  }

  avoids(node: SchedulerNode): boolean {
    const { blacklist } = this;
    return blacklist.size > 0 && (blacklist.has(node.host) || blacklist.has(node.rack) || blacklist.has(node.nodeId));
  }
}
