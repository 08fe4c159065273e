/** Hadoop's CapacityScheduler: a hierarchy of queues with guarantees, maxima and limits per user. */
import { WeftError } from '../../../runtime/common/errors/index.js';
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import type { ApplicationDescription, Reservation, SchedulerContainer } from '../application.js';
import type { AskGroup } from '../ask-table.js';
import type { SchedulerNode } from '../node.js';
import type { PolicyFiles } from '../policy-files.js';
import type { DemandCause, Pass, Placement, SchedulerBooks, SchedulingPolicy } from '../policy.js';
import type { QueueFacts, QueueView } from '../queue-view.js';
import type { Gate, Refusal } from '../refusals.js';
import { NOTHING, subtract, times } from '../resources.js';
import type { Admission, Decision } from '../scheduler.js';
import { admissionRefusal, mayAccess } from './admission.js';
import { CapacityApplication } from './application.js';
import { Descent } from './assign/descent.js';
import { readCapacityConfiguration, type CapacityConfiguration } from './config/capacity-configuration.js';
import { CapacityContext } from './context.js';
import { gatesOfQueue } from './gates.js';
import { Health } from './health.js';
import { headroomOf } from './headroom.js';
import { ParallelApps } from './parallel-apps.js';
import { placeByRules } from './placement.js';
import { CapacityPreemption } from './preemption/preemption.js';
import { QueueRegistry } from './queue-registry.js';
import { refreshCapacities } from './queues/capacities.js';
import type { CapacityQueue } from './queues/queue.js';
import { schedulerInfoOf } from './rest-view.js';
import { queueFactsOf, queueTreeOf } from './views.js';

export class CapacityPolicy implements SchedulingPolicy<CapacityApplication> {
  readonly name = 'capacity';
  private configuration: CapacityConfiguration;
  private context!: CapacityContext;
  private registry!: QueueRegistry;
  private parallelApps!: ParallelApps;
  private preemption!: CapacityPreemption;
  private readonly health = new Health();
  /** The cluster has changed since capacities were worked out: done once for many nodes that come together. */
  private isStale = false;

  /** @throws RM_BAD_QUEUES with file, line and reason */
  constructor(files: PolicyFiles) {
    this.configuration = readCapacityConfiguration(files);
  }

  get calculator(): CapacityConfiguration['calculator'] {
    return this.configuration.calculator;
  }

  get queues(): string[] {
    return this.registry.leaves().map(({ path }) => path);
  }

  get warnings(): readonly string[] {
    return this.configuration.warnings;
  }

  attach(books: SchedulerBooks<CapacityApplication>): void {
    this.context = new CapacityContext(books, this.configuration, this.configuration.calculator);
    this.registry = new QueueRegistry(this.context);
    this.parallelApps = new ParallelApps(this.context);
    this.preemption = new CapacityPreemption(this.context, this.registry, this.health);
    refreshCapacities(this.registry.root);
  }

  newApplication(description: ApplicationDescription): CapacityApplication {
    const leaf = this.registry.getOrCreate(description.queue);
    if (leaf === undefined) {
      const message = `There is no queue ${description.queue} any more.`;
      throw new WeftError('RM_UNKNOWN_QUEUE', message, { subject: description.queue });
    }
    const amSize = description.amResource ?? this.context.minimum;
    const size = this.normalize(amSize, this.context.maximumAllocationOf(leaf));
    const priority = this.effectivePriority(description.priority ?? leaf.config.defaultApplicationPriority);
    return new CapacityApplication({ ...description, queue: leaf.path, priority }, leaf, size);
  }

  resolveQueue(name: string): string | undefined {
    return this.registry.resolve(name) ?? this.registry.creatable(name, name.includes('.'));
  }

  place(admission: Admission): { queue: string } | { refusal: Refusal } | undefined {
    return placeByRules(admission, this.configuration.placement, this.registry);
  }

  admit(admission: Admission): { queue: string } | { refusal: Refusal } {
    this.settle();
    const placed = admission.isPlaced === true ? undefined : this.place(admission);
    if (placed !== undefined && 'refusal' in placed) return placed;
    const queue = placed?.queue ?? this.resolveQueue(admission.queue);
    if (queue === undefined) {
      const message = `There is no queue "${admission.queue}". The capacity scheduler has: ${this.queues.join(', ')}.`;
      return { refusal: { gate: 'queue', message } };
    }
    const refusal = this.refusalOf(queue, admission.user, admission.groups ?? []);
    return refusal === undefined ? { queue } : { refusal };
  }

  checkMove(application: CapacityApplication, queue: string): Refusal | undefined {
    const target = this.registry.leaf(queue);
    if (target === undefined) {
      return {
        gate: 'queue',
        message: `There is no queue "${queue}" to move it to: there is ${this.queues.join(', ')}.`,
      };
    }
    return target === application.leaf ? undefined : admissionRefusal(target, application.user);
  }

  effectivePriority(priority: number): number {
    return Math.min(priority, this.configuration.maximumPriority);
  }

  checkPriority(): undefined {
    return undefined;
  }

  lifetimeIn(queue: string, wantedMs: number | undefined): number | undefined {
    const config = this.registry.leaf(queue)?.config;
    if (config === undefined) return wantedMs;
    const { maximumLifetimeSeconds: most, defaultLifetimeSeconds: byDefault } = config;
    if (wantedMs === undefined) return byDefault > 0 ? byDefault * 1000 : undefined;
    return most > 0 ? Math.min(wantedMs, most * 1000) : wantedMs;
  }

  largestIn(queue: string): Partial<Resource> {
    return this.registry.leaf(queue)?.config.maximumAllocation ?? {};
  }

  askRefusal(queue: string, _size: Resource, label: string): Refusal | undefined {
    // One that is made for the application has what the queue above it has.
    if (this.registry.leaf(queue)?.canAccess(label) ?? true) return undefined;
    return { gate: 'label', message: `${queue} may not use nodes with the label ${label}.` };
  }

  mayAccess(user: string, groups: readonly string[], queue: string, action: 'submit' | 'administer'): boolean {
    const found: CapacityQueue | undefined = this.registry.get(queue) ?? this.registry.leaf(queue);
    return found !== undefined && mayAccess(this.context, found, user, groups, action);
  }

  refresh(files: PolicyFiles): void {
    const configuration = readCapacityConfiguration(files);
    if (configuration.calculator !== this.configuration.calculator) {
      const message = 'The resource-calculator cannot be changed while the ResourceManager runs: restart it.';
      throw new WeftError('RM_BAD_QUEUES', message, { subject: 'yarn.scheduler.capacity.resource-calculator' });
    }
    this.registry.replace(configuration.root);
    this.configuration = configuration;
    this.context.configuration = configuration;
    for (const leaf of this.registry.leaves()) leaf.rebuildOrder();
    refreshCapacities(this.registry.root);
    this.parallelApps.releaseHeld();
  }

  normalize(ask: Resource, maximum: Resource): Resource {
    const { minimum } = this.context;
    return this.calculator.normalize(ask, minimum, maximum, minimum);
  }

  defaultLabel({ leaf }: CapacityApplication): string {
    return leaf.config.defaultLabel;
  }

  applicationAdded(application: CapacityApplication): void {
    application.leaf.countApplication(application.user, 1);
    if (application.leaf.isDynamic) this.isStale = true;
  }

  applicationRemoved(application: CapacityApplication): void {
    this.settle();
    this.parallelApps.withdraw(application);
    application.leaf.endCompetition(application);
    application.leaf.countApplication(application.user, -1);
    if (this.registry.removeIfIdle(application.leaf)) this.isStale = true;
  }

  attemptStarted(application: CapacityApplication): void {
    this.settle();
    this.parallelApps.withdraw(application);
    this.parallelApps.admit(application);
  }

  applicationMoved(application: CapacityApplication, queue: string): void {
    const target = this.registry.leaf(queue);
    const source = application.leaf;
    if (target === undefined || target === source) return;
    const reservations = [...application.reservations.values()] as Reservation<CapacityApplication>[];
    for (const reservation of reservations) this.reservationRemoved(reservation);
    this.bookAll(application, -1);
    this.parallelApps.move(application, () => {
      source.countApplication(application.user, -1);
      application.leaf = target;
      application.queue = target.path;
      target.countApplication(application.user, 1);
      this.bookAll(application, 1);
      for (const reservation of reservations) this.reservationAdded(reservation);
    });
    source.endCompetition(application);
    if (application.asks.pendingContainers > 0) target.beginCompetition(application);
    if (this.registry.removeIfIdle(source)) this.isStale = true;
  }

  changePriority(application: CapacityApplication, change: () => void): void {
    application.leaf.reorder(application, change);
  }

  demandChanged(application: CapacityApplication, group: AskGroup, change: number, cause: DemandCause): void {
    const { leaf } = application;
    leaf.changePending(group.label, times(group.resource, change), change);
    leaf.noteDemand(application);
    leaf.noteUse(application);
    if (cause === 'asked' && group.pending > 0 && group.pending === change) leaf.beginCompetition(application);
    const isOver = cause === 'asked' || cause === 'allocated';
    if (isOver && application.asks.pendingContainers === 0) leaf.endCompetition(application);
  }

  containerAdded({ application, node, resource, containerId }: SchedulerContainer<CapacityApplication>): void {
    this.changeUsed(application, node, resource, 1);
    this.health.allocations.note(node.nodeId, application.queue, resource, containerId);
    application.leaf.noteUse(application);
  }

  containerRemoved({ application, node, resource, containerId }: SchedulerContainer<CapacityApplication>): void {
    this.changeUsed(application, node, subtract(NOTHING, resource), -1);
    application.leaf.noteUse(application);
    this.preemption.forget(containerId);
    this.health.releases.note(node.nodeId, application.queue, resource, containerId);
  }

  reservationAdded({ application, node, resource }: Reservation<CapacityApplication>): void {
    this.changeUsed(application, node, resource, 0);
    application.leaf.changeReserved(node.label, resource, 1);
    this.health.reservations.note(node.nodeId, application.queue, resource);
  }

  reservationRemoved({ application, node, resource }: Reservation<CapacityApplication>): void {
    const less = subtract(NOTHING, resource);
    this.changeUsed(application, node, less, 0);
    application.leaf.changeReserved(node.label, less, -1);
  }

  clusterChanged(): void {
    this.isStale = true;
  }

  placeNext(node: SchedulerNode, nowMs: number): Placement | undefined {
    this.settle();
    return new Descent(this.context, node, nowMs).run(this.registry.root);
  }

  goesOn({ placements, offSwitch, last }: Pass): boolean {
    const { assignsMultiple, maximumAssignments, maximumOffSwitchAssignments } = this.configuration;
    if (last.kind === 'reserved' || !assignsMultiple || offSwitch >= maximumOffSwitchAssignments) return false;
    return maximumAssignments < 0 || placements < maximumAssignments;
  }

  tick(nowMs: number): Decision[] {
    this.settle();
    this.health.beginRun(nowMs);
    return this.preemption.tick(nowMs);
  }

  headroom(application: CapacityApplication): Resource {
    this.settle();
    return headroomOf(application);
  }

  isActive(application: CapacityApplication): boolean {
    this.settle();
    return application.state === 'active';
  }

  gates(application: CapacityApplication, group: AskGroup | undefined): Gate[] {
    this.settle();
    return gatesOfQueue(this.context, this.parallelApps, application, group);
  }

  queueTree(): QueueView {
    this.settle();
    return queueTreeOf(this.registry.root);
  }

  queueFacts(queue: string, label: string): QueueFacts | undefined {
    this.settle();
    const found = this.registry.get(queue) ?? this.registry.leaf(queue);
    return found === undefined ? undefined : queueFactsOf(found, label);
  }

  applicationFacts(): QueueFacts {
    return {};
  }

  schedulerInfo(): object {
    this.settle();
    return schedulerInfoOf(this.context, this.registry.root, this.health);
  }

  private settle(): void {
    if (!this.isStale) return;
    this.isStale = false;
    refreshCapacities(this.registry.root);
  }

  private refusalOf(queue: string, user: string, groups: readonly string[]): Refusal | undefined {
    const leaf = this.registry.leaf(queue);
    // A queue that will be made takes what its nearest parent takes.
    if (leaf === undefined) return undefined;
    // Who administers a queue may submit to it, too.
    const mayBe = (['submit', 'administer'] as const).some((action) =>
      mayAccess(this.context, leaf, user, groups, action),
    );
    if (!mayBe) {
      return { gate: 'acl', message: `${user} may not submit applications to ${leaf.path}.` };
    }
    return admissionRefusal(leaf, user);
  }

  private changeUsed(
    application: CapacityApplication,
    node: SchedulerNode,
    change: Resource,
    containers: number,
  ): void {
    const { leaf } = application;
    leaf.changeUsed(node.label, change, containers);
    leaf.users.changeUsed(leaf.userOf(application), node.label, change);
  }

  /** Takes all that the application holds and wants out of its queue (−1), or puts it in (1). */
  private bookAll(application: CapacityApplication, sign: 1 | -1): void {
    for (const { node, resource } of application.containers.values()) {
      this.changeUsed(application, node, times(resource, sign), sign);
    }
    for (const group of application.asks.groups) {
      application.leaf.changePending(group.label, times(group.resource, sign * group.pending), sign * group.pending);
    }
  }
}
