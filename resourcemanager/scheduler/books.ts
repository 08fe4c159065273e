/** The books of the Scheduler: nodes, applications, containers, reservations. Tells the policy of each change. */
import {
  containerId,
  type ApplicationAttemptId,
  type ApplicationId,
  type ContainerId,
  type NodeId,
} from '../../runtime/common/ids.js';
import type { Resource, ResourceRequest } from '../../runtime/common/wire/protocols/index.js';
import type { ApplicationDescription, Reservation, SchedulerApplication, SchedulerContainer } from './application.js';
import { ANY, type AskGroup, type Locality } from './ask-table.js';
import { NodeTable } from './node-table.js';
import type { NodeDescription, SchedulerNode } from './node.js';
import type { DemandCause, Placement, SchedulerBooks, SchedulingPolicy } from './policy.js';
import { NOTHING, add, equals, subtract } from './resources.js';
import type { Allocation, SchedulerEvent } from './scheduler.js';
import type { SchedulerSettings } from './settings.js';

/** The number in a container's id has six digits, or more where they do not suffice. */
const PADDING = '000000';
const MAX_PADDED = 999_999;

export class Books<A extends SchedulerApplication> implements SchedulerBooks<A> {
  readonly nodes: NodeTable;
  readonly applications = new Map<ApplicationId, A>();
  /** Containers that all applications together want: with none, a heartbeat costs nothing. */
  demand = 0;
  private readonly reservedByLabel = new Map<string, Resource>();
  private containerOrder = 0;

  constructor(
    private readonly policy: SchedulingPolicy<A>,
    readonly settings: SchedulerSettings,
  ) {
    this.nodes = new NodeTable(policy.calculator);
  }

  putNode(description: NodeDescription): SchedulerNode {
    const known = this.nodes.get(description.nodeId);
    const label = description.label ?? '';
    const before = known?.capacity ?? NOTHING;
    if (known !== undefined && known.label !== label) this.relabel(known, description);
    const node = this.nodes.put(description);
    if (known?.label !== label || !equals(before, node.capacity)) this.policy.clusterChanged();
    if (!node.schedulable && node.reservation !== undefined) this.unreserve(node.reservation);
    return node;
  }

  removeNode(nodeId: NodeId): void {
    const node = this.nodes.get(nodeId);
    if (node === undefined) return;
    if (node.reservation !== undefined) this.unreserve(node.reservation);
    this.nodes.remove(nodeId);
    this.policy.clusterChanged();
  }

  addApplication(description: ApplicationDescription): void {
    if (this.applications.has(description.applicationId)) return;
    const application = this.policy.newApplication(description);
    this.applications.set(application.applicationId, application);
    this.policy.applicationAdded(application);
  }

  startAttempt(applicationId: ApplicationId, attemptId: ApplicationAttemptId): void {
    const application = this.applications.get(applicationId);
    if (application === undefined) return;
    this.dropDemand(application);
    application.attemptId = attemptId;
    application.nextContainer = 1;
    application.containerPrefix = undefined;
    application.blacklist.clear();
    application.hasAppMaster = [...application.containers.values()].some(({ isAppMaster }) => isAppMaster);
    this.policy.attemptStarted(application);
  }

  endAttempt(applicationId: ApplicationId): void {
    const application = this.applications.get(applicationId);
    if (application !== undefined) this.dropDemand(application);
  }

  /** @returns the nodes that have room now */
  removeApplication(applicationId: ApplicationId): SchedulerNode[] {
    const application = this.applications.get(applicationId);
    if (application === undefined) return [];
    const nodes = new Set<SchedulerNode>();
    for (const { node } of application.containers.values()) nodes.add(node);
    // Their processes may still end; their room is given back now.
    for (const container of [...application.containers.values()]) this.release(container as SchedulerContainer<A>);
    this.dropDemand(application);
    this.applications.delete(applicationId);
    this.policy.applicationRemoved(application);
    return [...nodes].filter((node) => this.nodes.get(node.nodeId) === node);
  }

  moveApplication(applicationId: ApplicationId, queue: string): void {
    const application = this.applications.get(applicationId);
    if (application !== undefined) this.policy.applicationMoved(application, queue);
  }

  changePriority(applicationId: ApplicationId, priority: number): void {
    const application = this.applications.get(applicationId);
    if (application === undefined || application.priority === priority) return;
    this.policy.changePriority(application, () => {
      application.priority = priority;
    });
  }

  /** @param request normalized already */
  ask(application: A, request: ResourceRequest): void {
    const { asks } = application;
    const label = request.label ?? application.label ?? this.policy.defaultLabel(application);
    const group = asks.groupFor(request.priority, label, request.resource);
    if (request.resourceName !== ANY) {
      asks.setPlace(group, request);
      return;
    }
    const { numContainers } = request;
    let cause: DemandCause = 'asked';
    if (group.label !== label || !equals(group.resource, request.resource)) {
      // A priority has one size and label: the latest holds for all that it still asks for.
      if (group.pending > 0 && numContainers > 0) cause = 'resized';
      this.noteDemand(application, group, asks.setPending(group, 0), cause);
      group.label = label;
      group.resource = request.resource;
    }
    group.relaxed = request.relaxLocality;
    // What is reserved in vain is given up at the node's next heartbeat.
    this.noteDemand(application, group, asks.setPending(group, numContainers), cause);
  }

  recover(event: Extract<SchedulerEvent, { type: 'container-recovered' }>): void {
    const application = this.applications.get(event.applicationId);
    const node = this.nodes.get(event.nodeId);
    if (application === undefined || node === undefined || application.containers.has(event.containerId)) return;
    const { resource, isAppMaster = false } = event;
    this.book(application, event.containerId, node, resource, 0, isAppMaster, false);
  }

  /** @returns the node that has room now */
  endContainer(applicationId: ApplicationId, id: ContainerId): SchedulerNode | undefined {
    const container = this.applications.get(applicationId)?.containers.get(id);
    if (container === undefined) return undefined;
    this.release(container as SchedulerContainer<A>);
    return this.nodes.get(container.node.nodeId);
  }

  allocate(application: A, group: AskGroup, node: SchedulerNode, locality: Locality): Placement {
    const { applicationId, attemptId } = application;
    if (attemptId === undefined) throw new TypeError(`${applicationId} asked before it had an attempt`);
    const { reservation } = node;
    if (reservation !== undefined) this.unreserve(reservation);
    const { resource, priority } = group;
    const id = this.nextContainerId(application, attemptId);
    // An attempt asks for nothing else before it has its AppMaster.
    const isAppMaster = application.amResource !== undefined && !application.hasAppMaster;
    const isOnForeignLabel = node.label !== group.label;
    application.asks.take(group, locality, node.host, node.rack);
    if (application.asks.pendingContainers === 0) application.waitingSinceMs = undefined;
    this.demand--;
    this.policy.demandChanged(application, group, -1, 'allocated');
    this.book(application, id, node, resource, priority, isAppMaster, isOnForeignLabel);
    const decision: Allocation = {
      kind: 'allocate',
      applicationId,
      attemptId,
      containerId: id,
      nodeId: node.nodeId,
      resource,
      priority,
      isAppMaster,
    };
    return { kind: 'allocated', resource, locality, decision };
  }

  reserve(application: A, group: AskGroup, node: SchedulerNode, locality: Locality, nowMs: number): Placement {
    const { resource } = group;
    if (node.reservation === undefined) {
      const reservation: Reservation<A> = { application, group, node, resource, sinceMs: nowMs };
      node.reservation = reservation;
      this.nodes.refresh(node);
      application.reservations.set(node.nodeId, reservation);
      application.reserved = add(application.reserved, resource);
      group.reserved++;
      this.changeReserved(node, resource);
      this.policy.reservationAdded(reservation);
    } else group.reReservations++;
    return { kind: 'reserved', resource, locality };
  }

  unreserve(reservation: Reservation): void {
    const { application, group, node, resource } = reservation as Reservation<A>;
    if (!application.reservations.delete(node.nodeId)) return;
    node.reservation = undefined;
    this.nodes.refresh(node);
    application.reserved = subtract(application.reserved, resource);
    group.reserved--;
    this.changeReserved(node, subtract(NOTHING, resource));
    if (group.reserved === 0) group.reReservations = 0;
    this.policy.reservationRemoved(reservation as Reservation<A>);
  }

  usedOf(label: string): Resource {
    return add(this.nodes.usedOf(label), this.reservedByLabel.get(label) ?? NOTHING);
  }

  reservationOf(node: SchedulerNode): Reservation<A> | undefined {
    return node.reservation as Reservation<A> | undefined;
  }

  private nextContainerId(application: A, attemptId: ApplicationAttemptId): ContainerId {
    const number = application.nextContainer++;
    if (number > MAX_PADDED || application.containerPrefix === undefined) {
      const id = containerId(attemptId, number, this.settings.epoch);
      application.containerPrefix = id.slice(0, -PADDING.length);
      return id;
    }
    const digits = String(number);
    return (application.containerPrefix + PADDING.slice(digits.length) + digits) as ContainerId;
  }

  private book(
    application: A,
    id: ContainerId,
    node: SchedulerNode,
    resource: SchedulerContainer['resource'],
    priority: number,
    isAppMaster: boolean,
    isOnForeignLabel: boolean,
  ): void {
    const container: SchedulerContainer<A> = {
      containerId: id,
      application,
      node,
      resource,
      priority,
      order: ++this.containerOrder,
      isAppMaster,
      isOnForeignLabel,
    };
    if (isAppMaster) application.hasAppMaster = true;
    application.containers.set(id, container);
    application.used = add(application.used, resource);
    this.nodes.occupy(container);
    this.policy.containerAdded(container);
  }

  private release(container: SchedulerContainer<A>): void {
    const { application, resource } = container;
    application.containers.delete(container.containerId);
    application.used = subtract(application.used, resource);
    this.nodes.vacate(container);
    this.policy.containerRemoved(container);
  }

  private changeReserved({ label }: SchedulerNode, change: Resource): void {
    this.reservedByLabel.set(label, add(this.reservedByLabel.get(label) ?? NOTHING, change));
  }

  /** The node joins another partition, and what runs there with it. */
  private relabel(node: SchedulerNode, description: NodeDescription): void {
    if (node.reservation !== undefined) this.unreserve(node.reservation);
    const containers = [...node.containers] as SchedulerContainer<A>[];
    for (const container of containers) this.policy.containerRemoved(container);
    this.nodes.put(description);
    for (const container of containers) this.policy.containerAdded(container);
  }

  private noteDemand(application: A, group: AskGroup, change: number, cause: DemandCause): void {
    if (change === 0) return;
    this.demand += change;
    if (application.asks.pendingContainers === 0) application.waitingSinceMs = undefined;
    this.policy.demandChanged(application, group, change, cause);
  }

  private dropDemand(application: A): void {
    for (const reservation of application.reservations.values()) this.unreserve(reservation);
    for (const group of application.asks.groups) {
      this.noteDemand(application, group, application.asks.setPending(group, 0), 'dropped');
    }
    application.asks.clear();
    application.waitingSinceMs = undefined;
  }
}
