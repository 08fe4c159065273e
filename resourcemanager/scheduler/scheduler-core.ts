/** The part that all schedulers share: takes events in, keeps the books, and lets the policy serve the nodes. */
import type { ApplicationId, NodeId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { SchedulerApplication } from './application.js';
import { Books } from './books.js';
import type { SchedulerNode } from './node.js';
import type { PolicyFiles } from './policy-files.js';
import type { Pass, Placement, SchedulingPolicy } from './policy.js';
import type { QueueFacts, QueueView } from './queue-view.js';
import { explainWait, gatesOfNodes, refusalByQueue, tooLarge, type Gate, type Refusal } from './refusals.js';
import { NOTHING, UNLIMITED, add, subtract, times } from './resources.js';
import type {
  Admission,
  ApplicationUsage,
  Decision,
  NodeUsage,
  Scheduler,
  SchedulerEvent,
  SchedulerTotals,
} from './scheduler.js';
import type { SchedulerSettings } from './settings.js';

/** How many nodes an ask is tried on at once before it waits for heartbeats: the policy may have a reason to refuse. */
const IMMEDIATE_TRIES = 3;

const NO_PLACEMENT: Placement = { kind: 'reserved', resource: NOTHING, locality: 'node' };

export class SchedulerCore<A extends SchedulerApplication> implements Scheduler {
  private readonly books: Books<A>;

  constructor(
    private readonly policy: SchedulingPolicy<A>,
    private readonly settings: SchedulerSettings,
  ) {
    this.books = new Books(policy, settings);
    policy.attach(this.books);
  }

  get name(): string {
    return this.policy.name;
  }

  get queues(): readonly string[] {
    return this.policy.queues;
  }

  get minimum(): Resource {
    return this.settings.minimum;
  }

  get warnings(): readonly string[] {
    return this.policy.warnings;
  }

  apply(event: SchedulerEvent, nowMs: number): Decision[] {
    const { books, policy } = this;
    switch (event.type) {
      case 'node-heartbeat':
        return this.heartbeat(books.nodes.get(event.nodeId), nowMs);
      case 'node-updated':
        return this.afterRelease(books.putNode(event.node), nowMs);
      case 'node-removed':
        books.removeNode(event.nodeId);
        return [];
      case 'label-defined':
        books.nodes.setExclusive(event.label, event.exclusive);
        policy.clusterChanged();
        return [];
      case 'application-added':
        books.addApplication(event);
        return [];
      case 'attempt-added':
        books.startAttempt(event.applicationId, event.attemptId);
        return [];
      case 'attempt-removed':
        books.endAttempt(event.applicationId);
        return [];
      case 'application-removed':
        return books.removeApplication(event.applicationId).flatMap((node) => this.afterRelease(node, nowMs));
      case 'application-moved':
        books.moveApplication(event.applicationId, event.queue);
        return this.serve(books.applications.get(event.applicationId), nowMs);
      case 'priority-changed':
        books.changePriority(event.applicationId, policy.effectivePriority(event.priority));
        return [];
      case 'asked':
        return this.ask(event, nowMs);
      case 'container-recovered':
        books.recover(event);
        return [];
      case 'container-ended':
        return this.afterRelease(books.endContainer(event.applicationId, event.containerId), nowMs);
      case 'tick':
        return policy.tick(nowMs);
    }
  }

  resolveQueue(name: string): string | undefined {
    return this.policy.resolveQueue(name);
  }

  admit(admission: Admission): { queue: string } | { refusal: Refusal } {
    return this.policy.admit(admission);
  }

  place(admission: Admission): { queue: string } | { refusal: Refusal } | undefined {
    return this.policy.place(admission);
  }

  checkMove(applicationId: ApplicationId, queue: string): Refusal | undefined {
    const application = this.books.applications.get(applicationId);
    if (application === undefined) return { gate: 'queue', message: `${applicationId} is not with the Scheduler.` };
    return this.policy.checkMove(application, queue);
  }

  effectivePriority(priority: number): number {
    return this.policy.effectivePriority(priority);
  }

  checkPriority(): Refusal | undefined {
    return this.policy.checkPriority();
  }

  lifetimeIn(queue: string, wantedMs: number | undefined): number | undefined {
    return this.policy.lifetimeIn(queue, wantedMs);
  }

  mayAccess(user: string, groups: readonly string[], queue: string, action: 'submit' | 'administer'): boolean {
    return this.policy.mayAccess(user, groups, queue, action);
  }

  refresh(files: PolicyFiles): void {
    this.policy.refresh(files);
  }

  queueFacts(queue: string, label: string): QueueFacts | undefined {
    return this.policy.queueFacts(queue, label);
  }

  applicationFacts(applicationId: ApplicationId): QueueFacts {
    const application = this.books.applications.get(applicationId);
    return application === undefined ? {} : this.policy.applicationFacts(application);
  }

  queueTree(): QueueView {
    return this.policy.queueTree();
  }

  schedulerInfo(): object {
    return this.policy.schedulerInfo();
  }

  maximum(queue?: string): Resource | undefined {
    const largest = this.books.nodes.largest();
    const { maximumMemoryMb, maximumVcores } = this.settings;
    const own = queue === undefined ? {} : this.policy.largestIn(queue);
    if (largest === undefined && maximumMemoryMb === undefined) return undefined;
    return {
      ...largest,
      memoryMb: own.memoryMb ?? maximumMemoryMb ?? largest?.memoryMb ?? UNLIMITED.memoryMb,
      vcores: own.vcores ?? maximumVcores ?? largest?.vcores ?? UNLIMITED.vcores,
    };
  }

  normalize(ask: Resource): Resource {
    return this.policy.normalize(ask, this.maximum() ?? UNLIMITED);
  }

  tooLarge(ask: Resource): Refusal | undefined {
    const { maximumMemoryMb, maximumVcores } = this.settings;
    return tooLarge(this.policy.normalize(ask, UNLIMITED), {
      largestNode: this.books.nodes.largest(),
      maximumMemoryMb,
      maximumVcores,
      calculator: this.policy.calculator,
    });
  }

  askRefusal(queue: string, size: Resource, label: string): Refusal | undefined {
    return refusalByQueue(queue, size, this.policy.largestIn(queue)) ?? this.policy.askRefusal(queue, size, label);
  }

  refusal(applicationId: ApplicationId, nowMs: number): Refusal | undefined {
    const application = this.books.applications.get(applicationId);
    const group = application?.asks.next;
    if (application === undefined || group === undefined) return undefined;
    const blocking = this.policy.gates(application, group, nowMs).find(({ passed }) => !passed);
    return blocking ?? explainWait(application, group, this.books.nodes, nowMs, this.policy.calculator);
  }

  explain(applicationId: ApplicationId, nowMs: number): Gate[] {
    const application = this.books.applications.get(applicationId);
    if (application === undefined) return [];
    const group = application.asks.next;
    const gates = this.policy.gates(application, group, nowMs);
    if (group === undefined) return gates;
    return [...gates, ...gatesOfNodes(application, group, this.books.nodes, nowMs, this.policy.calculator)];
  }

  headroom(applicationId: ApplicationId): Resource {
    const application = this.books.applications.get(applicationId);
    return application === undefined ? NOTHING : this.policy.headroom(application);
  }

  totals(label?: string): SchedulerTotals {
    let [pending, pendingContainers] = [NOTHING, 0];
    let [reserved, reservedContainers] = [NOTHING, 0];
    for (const { asks, reservations } of this.books.applications.values()) {
      for (const group of asks.groups) {
        if (label !== undefined && group.label !== label) continue;
        pending = add(pending, times(group.resource, group.pending));
        pendingContainers += group.pending;
      }
      for (const reservation of reservations.values()) {
        if (label !== undefined && reservation.node.label !== label) continue;
        reserved = add(reserved, reservation.resource);
        reservedContainers++;
      }
    }
    return { ...this.books.nodes.totals(label), pending, pendingContainers, reserved, reservedContainers };
  }

  usage(applicationId: ApplicationId, label?: string): ApplicationUsage | undefined {
    const application = this.books.applications.get(applicationId);
    if (application === undefined) return undefined;
    const { queue, priority, containers, asks, reservations } = application;
    return {
      ...{ queue, priority },
      ...(label === undefined ? amountsOf(application) : amountsWith(application, label)),
      isActive: this.policy.isActive(application),
      containers: containers.size,
      pendingContainers: asks.pendingContainers,
      reservedContainers: reservations.size,
    };
  }

  nodeUsage(nodeId: NodeId): NodeUsage | undefined {
    const node = this.books.nodes.get(nodeId);
    if (node === undefined) return undefined;
    return {
      used: subtract(node.capacity, node.free),
      free: node.free,
      containers: Array.from(node.containers, ({ containerId, application: { applicationId } }) => ({
        containerId,
        applicationId,
      })),
      reservedBy: node.reservation?.application.applicationId,
      reserved: node.reservation?.resource ?? NOTHING,
    };
  }

  private ask(event: Extract<SchedulerEvent, { type: 'asked' }>, nowMs: number): Decision[] {
    const application = this.books.applications.get(event.applicationId);
    if (application === undefined) return [];
    for (const name of event.blacklistAdditions) application.blacklist.add(name);
    for (const name of event.blacklistRemovals) application.blacklist.delete(name);
    const maximum = this.maximum(application.queue) ?? UNLIMITED;
    for (const ask of event.asks) {
      this.books.ask(application, { ...ask, resource: this.policy.normalize(ask.resource, maximum) });
    }
    if (application.asks.pendingContainers > 0) application.waitingSinceMs ??= nowMs;
    // Only this application can gain by it: whoever else waits was refused before, and nothing became free since.
    return this.serve(application, nowMs);
  }

  /** A heartbeat of the node: as many containers as the policy gives a node at once. */
  private heartbeat(node: SchedulerNode | undefined, nowMs: number): Decision[] {
    const decisions: Decision[] = [];
    if (node === undefined || !this.mayPlaceOn(node)) return decisions;
    const pass: Pass = {
      node,
      freeBefore: node.free,
      assigned: NOTHING,
      placements: 0,
      offSwitch: 0,
      last: NO_PLACEMENT,
    };
    do {
      const placement = this.policy.placeNext(node, nowMs);
      if (placement === undefined) break;
      if (placement.decision !== undefined) decisions.push(placement.decision);
      pass.last = placement;
      pass.placements++;
      if (placement.locality === 'off-switch') pass.offSwitch++;
      pass.assigned = add(pass.assigned, placement.resource);
    } while (this.policy.goesOn(pass));
    return decisions;
  }

  /** Something became free on this node: whoever waits may gain there. */
  private afterRelease(node: SchedulerNode | undefined, nowMs: number): Decision[] {
    const decisions: Decision[] = [];
    if (node === undefined || this.settings.placement === 'heartbeat') return decisions;
    while (this.mayPlaceOn(node)) {
      const placement = this.policy.placeNext(node, nowMs);
      if (placement?.decision === undefined) break;
      decisions.push(placement.decision);
    }
    return decisions;
  }

  /** Places what the application waits for on the freest nodes that have room; others that come first are served first. */
  private serve(application: A | undefined, nowMs: number): Decision[] {
    const decisions: Decision[] = [];
    if (application === undefined || this.settings.placement === 'heartbeat') return decisions;
    const refused = new Set<SchedulerNode>();
    while (refused.size < IMMEDIATE_TRIES) {
      const group = application.asks.next;
      if (group === undefined) break;
      const node = this.books.nodes.placeFor(
        group,
        (each) => !refused.has(each) && !application.avoids(each) && this.mayPlaceOn(each),
      );
      if (node === undefined) break;
      const placement = this.policy.placeNext(node, nowMs);
      if (placement?.decision === undefined) refused.add(node);
      else decisions.push(placement.decision);
    }
    return decisions;
  }

  /** Also where nobody asks for anything any more: a reservation has to be given up then. */
  private mayPlaceOn(node: SchedulerNode): boolean {
    return node.schedulable && (this.books.demand > 0 || node.reservation !== undefined);
  }
}

type Amounts = Pick<ApplicationUsage, 'used' | 'pending' | 'reserved'>;

function amountsOf({ used, reserved, asks }: SchedulerApplication): Amounts {
  return { used, reserved, pending: asks.pendingResource };
}

function amountsWith({ containers, reservations, asks }: SchedulerApplication, label: string): Amounts {
  const sum = (held: Iterable<{ node: SchedulerNode; resource: Resource }>): Resource => {
    let total = NOTHING;
    for (const { node, resource } of held) if (node.label === label) total = add(total, resource);
    return total;
  };
  return { used: sum(containers.values()), reserved: sum(reservations.values()), pending: asks.pendingWith(label) };
}
