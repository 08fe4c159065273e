/** The part that all schedulers share: books nodes, applications and asks, and serves asks the moment there is room. */
import { containerId, type ApplicationId, type NodeId } from '../../runtime/common/ids.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import { AskTable, pendingOf, type AskGroup } from './ask-table.js';
import type { SchedulerNode } from './node-pool.js';
import { NodeTable } from './node-table.js';
import type { SchedulerApplication, SchedulingPolicy } from './policy.js';
import { explainWait, tooLarge } from './refusals.js';
import { WaitingSizes } from './waiting-sizes.js';
import { NOTHING, add, normalize, subtract } from './resources.js';
import type { ApplicationUsage, Decision, Refusal, Scheduler, SchedulerEvent, SchedulerTotals } from './scheduler.js';

export interface SchedulerSettings {
  /** Asks are rounded up to whole multiples of it. */
  minimum: Resource;
  /** Largest container, where configured. */
  maximumMemoryMb: number | undefined;
  maximumVcores: number | undefined;
  /** How often the ResourceManager was restarted: part of container ids, so that they never repeat. */
  epoch: number;
}

const UNLIMITED: Resource = { memoryMb: 2 ** 31 - 1, vcores: 2 ** 31 - 1 };

export class SchedulerCore implements Scheduler {
  private readonly nodes: NodeTable;
  private readonly applications = new Map<ApplicationId, SchedulerApplication>();
  private readonly waitingSizes = new WaitingSizes();

  constructor(
    private readonly policy: SchedulingPolicy,
    private readonly settings: SchedulerSettings,
  ) {
    this.nodes = new NodeTable(policy.calculator);
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

  apply(event: SchedulerEvent, nowMs: number): Decision[] {
    switch (event.type) {
      case 'node-updated':
        return this.serveNode(this.nodes.put(event.node), nowMs);
      case 'node-removed':
        this.nodes.remove(event.nodeId);
        return [];
      case 'application-added':
        this.addApplication(event);
        return [];
      case 'attempt-added':
        this.startAttempt(event);
        return [];
      case 'application-removed':
        this.removeApplication(event.applicationId);
        return [];
      case 'asked':
        return this.ask(event, nowMs);
      case 'container-recovered':
        this.book(event);
        return [];
      case 'container-ended':
        return this.endContainer(event, nowMs);
    }
  }

  resolveQueue(name: string): string | undefined {
    return this.policy.resolveQueue(name);
  }

  maximum(): Resource | undefined {
    const largest = this.nodes.largest();
    const { maximumMemoryMb, maximumVcores } = this.settings;
    if (largest === undefined && maximumMemoryMb === undefined) return undefined;
    return {
      memoryMb: maximumMemoryMb ?? largest?.memoryMb ?? UNLIMITED.memoryMb,
      vcores: maximumVcores ?? largest?.vcores ?? UNLIMITED.vcores,
    };
  }

  tooLarge(ask: Resource): Refusal | undefined {
    const { memoryMb, vcores } = this.settings.minimum;
    const { maximumMemoryMb, maximumVcores } = this.settings;
    return tooLarge(normalize(ask, { memoryMb, vcores }, UNLIMITED), {
      largestNode: this.nodes.largest(),
      maximumMemoryMb,
      maximumVcores,
      calculator: this.policy.calculator,
    });
  }

  refusal(applicationId: ApplicationId, nowMs: number): Refusal | undefined {
    const application = this.applications.get(applicationId);
    const group = application?.asks.next;
    if (application === undefined || group === undefined) return undefined;
    return (
      this.policy.refuses(application, group.resource) ??
      explainWait(application, group, this.nodes, nowMs, this.policy)
    );
  }

  headroom(applicationId: ApplicationId): Resource {
    if (!this.applications.has(applicationId)) return NOTHING;
    const { memoryMb, vcores } = subtract(this.nodes.capacity, this.nodes.used);
    return { memoryMb: Math.max(0, memoryMb), vcores: Math.max(0, vcores) };
  }

  totals(): SchedulerTotals {
    let pending = NOTHING;
    let pendingContainers = 0;
    for (const { asks } of this.policy.inOrder()) {
      pending = add(pending, asks.pendingResource);
      pendingContainers += asks.pendingContainers;
    }
    const { capacity, used, containers, size } = this.nodes;
    return { capacity, used, containers, nodes: size, pending, pendingContainers };
  }

  usage(applicationId: ApplicationId): ApplicationUsage | undefined {
    const application = this.applications.get(applicationId);
    if (application === undefined) return undefined;
    const { used, containers, asks } = application;
    return { used, containers: containers.size, pendingContainers: asks.pendingContainers };
  }

  nodeUsage(nodeId: NodeId): { used: Resource; containers: number } | undefined {
    const node = this.nodes.get(nodeId);
    return node && { used: subtract(node.capacity, node.free), containers: node.containers };
  }

  private addApplication(event: Extract<SchedulerEvent, { type: 'application-added' }>): void {
    if (this.applications.has(event.applicationId)) return;
    const { applicationId, queue, user, submissionOrder } = event;
    this.applications.set(applicationId, {
      applicationId,
      queue,
      user,
      submissionOrder,
      asks: new AskTable(),
      blacklist: new Set(),
      containers: new Map(),
      attemptId: undefined,
      nextContainer: 1,
      used: NOTHING,
      nextMb: undefined,
      waitingSinceMs: undefined,
    });
  }

  private startAttempt({ applicationId, attemptId }: Extract<SchedulerEvent, { type: 'attempt-added' }>): void {
    const application = this.applications.get(applicationId);
    if (application === undefined) return;
    application.attemptId = attemptId;
    application.nextContainer = 1;
    application.asks.clear();
    application.blacklist.clear();
    this.noteWaiting(application, undefined);
  }

  private removeApplication(applicationId: ApplicationId): void {
    const application = this.applications.get(applicationId);
    if (application === undefined) return;
    application.asks.clear();
    this.noteWaiting(application, undefined);
    this.applications.delete(applicationId);
  }

  private ask(event: Extract<SchedulerEvent, { type: 'asked' }>, nowMs: number): Decision[] {
    const application = this.applications.get(event.applicationId);
    if (application === undefined) return [];
    for (const name of event.blacklistAdditions) application.blacklist.add(name);
    for (const name of event.blacklistRemovals) application.blacklist.delete(name);
    const maximum = this.maximum() ?? UNLIMITED;
    // Where virtual cores are not counted they are not cut to the size of a node either.
    const ceiling = this.policy.calculator === 'memory' ? { ...maximum, vcores: UNLIMITED.vcores } : maximum;
    for (const ask of event.asks) {
      application.asks.replace({ ...ask, resource: normalize(ask.resource, this.settings.minimum, ceiling) });
    }
    // Only this application can gain by it: whoever else waits was refused before, and nothing became free since.
    return this.serveApplication(application, nowMs);
  }

  private endContainer(event: Extract<SchedulerEvent, { type: 'container-ended' }>, nowMs: number): Decision[] {
    const application = this.applications.get(event.applicationId);
    const container = application?.containers.get(event.containerId);
    if (application === undefined || container === undefined) return [];
    application.containers.delete(event.containerId);
    application.used = subtract(application.used, container.resource);
    const node = this.nodes.get(container.nodeId);
    if (node === undefined) return [];
    this.nodes.vacate(node, container.resource);
    return this.serveNode(node, nowMs);
  }

  /** Something became free on this node: only there can a waiting application gain. */
  private serveNode(node: SchedulerNode, nowMs: number): Decision[] {
    const decisions: Decision[] = [];
    if (!node.schedulable || node.free.memoryMb < this.waitingSizes.smallestMb) return decisions;
    for (const application of this.policy.inOrder()) {
      if (node.free.memoryMb < this.waitingSizes.smallestMb) break;
      this.serve(application, decisions, (group) =>
        this.nodes.allows(node, group, application.blacklist) ? node : undefined,
      );
      this.noteWaiting(application, nowMs);
    }
    return decisions;
  }

  private serveApplication(application: SchedulerApplication, nowMs: number): Decision[] {
    const decisions: Decision[] = [];
    this.serve(application, decisions, (group) => this.nodes.placeFor(group, application.blacklist));
    this.noteWaiting(application, nowMs);
    return decisions;
  }

  /** Serves the groups in their order; a group that is left waiting holds back those behind it, as in YARN. */
  private serve(
    application: SchedulerApplication,
    decisions: Decision[],
    choose: (group: AskGroup) => SchedulerNode | undefined,
  ): void {
    for (const group of application.asks.waiting()) {
      while (pendingOf(group) > 0) {
        if (this.policy.refuses(application, group.resource) !== undefined) return;
        const node = choose(group);
        if (node === undefined) return;
        decisions.push(this.allocate(application, group, node));
      }
    }
  }

  private allocate(application: SchedulerApplication, group: AskGroup, node: SchedulerNode): Decision {
    const { applicationId, attemptId } = application;
    if (attemptId === undefined) throw new TypeError(`${applicationId} asked before it had an attempt`);
    const { resource, priority } = group;
    const id = containerId(attemptId, application.nextContainer++, this.settings.epoch);
    application.asks.take(group, node.host, node.rack);
    this.book({ applicationId, containerId: id, nodeId: node.nodeId, resource });
    return { kind: 'allocate', applicationId, attemptId, containerId: id, nodeId: node.nodeId, resource, priority };
  }

  private book(
    container: Pick<
      Extract<SchedulerEvent, { type: 'container-recovered' }>,
      'applicationId' | 'containerId' | 'nodeId' | 'resource'
    >,
  ): void {
    const application = this.applications.get(container.applicationId);
    const node = this.nodes.get(container.nodeId);
    if (application === undefined || node === undefined || application.containers.has(container.containerId)) return;
    application.containers.set(container.containerId, { nodeId: node.nodeId, resource: container.resource });
    application.used = add(application.used, container.resource);
    this.nodes.occupy(node, container.resource);
  }

  private noteWaiting(application: SchedulerApplication, nowMs: number | undefined): void {
    const nextMb = application.asks.next?.resource.memoryMb;
    this.waitingSizes.replace(application.nextMb, nextMb);
    application.nextMb = nextMb;
    if (nextMb !== undefined) {
      application.waitingSinceMs ??= nowMs;
      this.policy.waits(application);
    } else {
      application.waitingSinceMs = undefined;
      this.policy.rests(application);
    }
  }
}
