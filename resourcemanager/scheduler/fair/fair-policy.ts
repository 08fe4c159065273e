/** Hadoop's FairScheduler: queues and applications get what is fair by their weights, with minima and maxima. */
import { WeftError } from '../../../runtime/common/errors/index.js';
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import type { ApplicationDescription, Reservation, SchedulerContainer } from '../application.js';
import type { AskGroup } from '../ask-table.js';
import { DOMINANT_CALCULATOR } from '../calculator.js';
import type { SchedulerNode } from '../node.js';
import type { PolicyFiles } from '../policy-files.js';
import type { Pass, Placement, SchedulerBooks, SchedulingPolicy } from '../policy.js';
import type { QueueFacts, QueueView } from '../queue-view.js';
import { refusalByLabel, type Gate, type Refusal } from '../refusals.js';
import { NOTHING, add, floored, lower, subtract } from '../resources.js';
import type { Admission, Decision } from '../scheduler.js';
import { emptyShareRefusal, mayAccess, moveRefusal } from './admission.js';
import { FairApplication } from './application.js';
import { AskSizes } from './ask-sizes.js';
import { Assignment } from './assignment.js';
import { readFairSettings, type FairSettings } from './config/fair-settings.js';
import { FairContext } from './context.js';
import { gatesOfQueue } from './gates.js';
import { placeByRules } from './placement.js';
import { FairPreemption } from './preemption/preemption.js';
import { QueueRegistry } from './queue-registry.js';
import { RunningApps } from './running-apps.js';
import { queueFactsOf, queueTreeOf, schedulerInfoOf } from './views.js';

/** How often queues that were made for an application are looked through for idle ones. */
const SWEEP_MS = 10_000;

export class FairPolicy implements SchedulingPolicy<FairApplication> {
  readonly name = 'fair';
  readonly calculator = DOMINANT_CALCULATOR;
  private readonly initialSettings: FairSettings;
  private readonly sizes = new AskSizes();
  private context!: FairContext;
  private registry!: QueueRegistry;
  private runningApps!: RunningApps;
  private preemption!: FairPreemption;
  /** The cluster has changed since shares were worked out. */
  private isStale = true;
  private nowMs = 0;
  private sweptMs: number | undefined;
  /** What the current pass over a node has given to those for whom room was kept, which its limits do not count. */
  private claimed = { containers: 0, resource: NOTHING };
  private lastWas: 'claim' | 'reservation' | 'share' = 'share';

  /** @throws RM_BAD_QUEUES with file, line and reason */
  constructor(files: PolicyFiles) {
    this.initialSettings = readFairSettings(files);
  }

  get queues(): string[] {
    return this.registry.leaves().map(({ path }) => path);
  }

  get warnings(): readonly string[] {
    return this.context.settings.warnings;
  }

  attach(books: SchedulerBooks<FairApplication>): void {
    this.context = new FairContext(books, this.initialSettings);
    this.registry = new QueueRegistry(this.context);
    this.runningApps = new RunningApps(this.context);
    this.preemption = new FairPreemption(this.context, this.registry);
  }

  newApplication(description: ApplicationDescription): FairApplication {
    const leaf = this.registry.getOrCreate(description.queue);
    if (leaf === undefined) {
      const message = `There is no queue ${description.queue}, and it cannot be made.`;
      throw new WeftError('RM_UNKNOWN_QUEUE', message, { subject: description.queue });
    }
    return new FairApplication({ ...description, queue: leaf.path }, leaf, this.nowMs);
  }

  resolveQueue(name: string): string | undefined {
    const known = this.registry.leaf(name)?.path;
    return known ?? (this.context.settings.allowUndeclared ? this.registry.creatable(name) : undefined);
  }

  place(admission: Admission): { queue: string } | { refusal: Refusal } {
    return placeByRules(admission, this.context.settings.rules, this.registry);
  }

  admit(admission: Admission): { queue: string } | { refusal: Refusal } {
    const placed = admission.isPlaced === true ? { queue: admission.queue } : this.place(admission);
    if ('refusal' in placed) return placed;
    const queue = this.registry.creatable(placed.queue);
    if (queue === undefined) {
      const message = `There is no queue "${placed.queue}" for applications. There is: ${this.queues.join(', ')}.`;
      return { refusal: { gate: 'queue', message } };
    }
    const { user, groups = [] } = admission;
    if (!this.mayAccess(user, groups, queue, 'submit') && !this.mayAccess(user, groups, queue, 'administer')) {
      return { refusal: { gate: 'acl', message: `${user} may not submit applications to ${queue}.` } };
    }
    return { queue };
  }

  checkMove(application: FairApplication, queue: string): Refusal | undefined {
    const target = this.registry.leaf(queue);
    if (target !== undefined) return moveRefusal(application, target, this.runningApps);
    const message = `There is no queue "${queue}" to move it to: there is ${this.queues.join(', ')}.`;
    return { gate: 'queue', message };
  }

  effectivePriority(): number {
    return 0;
  }

  /** As Hadoop's, which refuses where FIFO ignores. */
  checkPriority(): Refusal {
    return { gate: 'queue', message: 'The fair scheduler knows no priorities of applications; use weights of queues.' };
  }

  /** Only queues of the Capacity scheduler limit lifetimes, as in Hadoop. */
  lifetimeIn(_queue: string, wantedMs: number | undefined): number | undefined {
    return wantedMs;
  }

  largestIn(queue: string): Partial<Resource> {
    const own = this.registry.leaf(queue)?.maxContainer;
    if (own === undefined) return {};
    const { maximumMemoryMb = own.memoryMb, maximumVcores = own.vcores } = this.context.books.settings;
    return lower(own, { memoryMb: maximumMemoryMb, vcores: maximumVcores });
  }

  askRefusal(queue: string, size: Resource, label: string): Refusal | undefined {
    const leaf = this.registry.leaf(queue);
    return refusalByLabel(queue, label, this.name) ?? (leaf && emptyShareRefusal(leaf, size));
  }

  mayAccess(user: string, groups: readonly string[], queue: string, action: 'submit' | 'administer'): boolean {
    const found = this.registry.nearest(queue);
    return mayAccess(this.context, found, { user, groups }, action);
  }

  refresh(files: PolicyFiles): void {
    this.context.settings = readFairSettings(files);
    this.registry.replace();
    this.isStale = true;
    this.update();
    this.runningApps.releaseHeld();
  }

  normalize(ask: Resource, maximum: Resource): Resource {
    const { minimum } = this.context.books.settings;
    return this.calculator.normalize(ask, minimum, maximum, this.context.settings.increment);
  }

  defaultLabel(): string {
    return '';
  }

  applicationAdded(application: FairApplication): void {
    application.leaf.addApplication(application);
  }

  applicationRemoved(application: FairApplication): void {
    this.runningApps.withdraw(application);
    application.leaf.removeApplication(application);
    this.preemption.forgetApplication(application);
  }

  attemptStarted(application: FairApplication): void {
    this.runningApps.withdraw(application);
    this.runningApps.admit(application);
  }

  applicationMoved(application: FairApplication, queue: string): void {
    const target = this.registry.leaf(queue);
    const source = application.leaf;
    if (target === undefined || target === source) return;
    const { usage, reserved, containers, reservations } = application;
    const takesPart = application.attemptId !== undefined;
    const appMasters = [...containers.values()].filter(({ isAppMaster }) => isAppMaster);
    this.runningApps.withdraw(application);
    source.removeApplication(application);
    for (const [leaf, sign] of [[source, -1] as const, [target, 1] as const]) {
      const signed = (amount: Resource): Resource => (sign === 1 ? amount : subtract(NOTHING, amount));
      leaf.changeUsage(signed(usage), sign * containers.size);
      leaf.changeReserved(signed(reserved), sign * reservations.size);
      for (const { resource } of appMasters) leaf.amUsage = add(leaf.amUsage, signed(resource));
    }
    application.leaf = target;
    application.queue = target.path;
    target.addApplication(application);
    if (takesPart) this.runningApps.admit(application);
  }

  changePriority(): void {
    // Priorities are not heeded.
  }

  demandChanged(application: FairApplication, group: AskGroup, change: number): void {
    this.sizes.change(group.resource, change);
    application.leaf.changeDemand(application, group.resource, change);
  }

  containerAdded({ application, node, resource, isAppMaster }: SchedulerContainer<FairApplication>): void {
    const { leaf } = application;
    leaf.changeApplicationUsage(application, resource, 1);
    if (isAppMaster) leaf.amUsage = add(leaf.amUsage, resource);
    this.preemption.settle(application, node, resource);
  }

  containerRemoved(container: SchedulerContainer<FairApplication>): void {
    const { application, resource, isAppMaster } = container;
    const { leaf } = application;
    leaf.changeApplicationUsage(application, subtract(NOTHING, resource), -1);
    if (isAppMaster) leaf.amUsage = subtract(leaf.amUsage, resource);
    this.preemption.forget(container);
  }

  reservationAdded({ application, resource }: Reservation<FairApplication>): void {
    application.leaf.changeReserved(resource, 1);
  }

  reservationRemoved({ application, resource }: Reservation<FairApplication>): void {
    application.leaf.changeReserved(subtract(NOTHING, resource), -1);
  }

  clusterChanged(): void {
    this.isStale = true;
  }

  placeNext(node: SchedulerNode, nowMs: number): Placement | undefined {
    this.settle();
    const assignment = new Assignment(this.context, node, nowMs);
    for (const application of this.preemption.claimantsOn(node)) {
      const placement = assignment.serve(application);
      this.lastWas = 'claim';
      if (placement?.kind === 'allocated') return placement;
    }
    const reservation = this.context.books.reservationOf(node);
    if (reservation !== undefined) {
      const outcome = assignment.fulfil(reservation);
      this.lastWas = 'reservation';
      if (outcome !== 'given-up') return outcome === 'kept' ? undefined : outcome;
    }
    this.lastWas = 'share';
    return this.concerns(node) ? assignment.descend(this.registry.root) : undefined;
  }

  goesOn(pass: Pass): boolean {
    if (pass.placements === 1) this.claimed = { containers: 0, resource: NOTHING };
    if (this.lastWas === 'claim') {
      this.claimed.containers++;
      this.claimed.resource = add(this.claimed.resource, pass.last.resource);
      return true;
    }
    const { assignMultiple, dynamicMaxAssign, maxAssign } = this.context.settings;
    if (this.lastWas === 'reservation' || pass.last.kind === 'reserved' || !assignMultiple) return false;
    if (!dynamicMaxAssign) return maxAssign <= 0 || pass.placements - this.claimed.containers < maxAssign;
    const half = subtract(pass.freeBefore, this.claimed.resource);
    const assigned = subtract(pass.assigned, this.claimed.resource);
    return assigned.memoryMb <= Math.trunc(half.memoryMb * 0.5) && assigned.vcores <= Math.trunc(half.vcores * 0.5);
  }

  tick(nowMs: number): Decision[] {
    this.nowMs = nowMs;
    this.sweptMs ??= nowMs;
    if (nowMs - this.sweptMs >= SWEEP_MS) {
      this.sweptMs = nowMs;
      this.registry.removeIdle();
    }
    this.update();
    return this.preemption.tick(nowMs);
  }

  headroom(application: FairApplication): Resource {
    const { nodes } = this.context.books;
    const { leaf, blacklist } = application;
    let free = subtract(this.context.cluster, nodes.used);
    if (blacklist.size > 0) {
      for (const node of nodes.values()) if (application.avoids(node)) free = subtract(free, node.free);
    }
    const available = lower(floored(free), subtract(leaf.maxShare, leaf.usage));
    return leaf.policy.headroom(leaf.fairShare, leaf.usage, available);
  }

  isActive(application: FairApplication): boolean {
    return application.isRunnable;
  }

  gates(application: FairApplication, group: AskGroup | undefined): Gate[] {
    return gatesOfQueue(this.context, this.runningApps, application, group);
  }

  queueTree(): QueueView {
    this.settle();
    return queueTreeOf(this.registry.root);
  }

  queueFacts(queue: string): QueueFacts | undefined {
    this.settle();
    const found = this.registry.get(queue);
    return found === undefined ? undefined : queueFactsOf(found);
  }

  applicationFacts({ fairShare }: FairApplication): QueueFacts {
    return { fairShare };
  }

  schedulerInfo(): object {
    this.settle();
    return schedulerInfoOf(this.context, this.registry.root);
  }

  private settle(): void {
    if (this.isStale) this.update();
  }

  /** Demands from the leaves up, shares from the root down. */
  private update(): void {
    const { root } = this.registry;
    const { cluster } = this.context;
    root.updateDemand();
    root.fairShare = cluster;
    if (this.isStale) {
      root.steadyFairShare = cluster;
      root.shareOutSteadily();
    }
    this.isStale = false;
    root.shareOut();
    root.rebuildOrder();
  }

  /** Where no chance counts that was let pass, a node without room for anyone need not be offered. */
  private concerns(node: SchedulerNode): boolean {
    const { settings } = this.context;
    if (settings.nodeLocality >= 0 && settings.rackLocality >= 0) return true;
    const { memoryMb, vcores } = settings.reservationThreshold;
    // Whichever resource the policy of its queue looks at.
    return this.sizes.concerns(node.free, (size) => size.memoryMb >= memoryMb || size.vcores >= vcores);
  }
}
