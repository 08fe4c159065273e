/** First in, first out: one queue, applications in the order of their submission. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import { SchedulerApplication, type ApplicationDescription } from '../application.js';
import type { AskGroup, Locality } from '../ask-table.js';
import { MEMORY_CALCULATOR } from '../calculator.js';
import type { SchedulerNode } from '../node.js';
import type { Placement, SchedulerBooks, SchedulingPolicy } from '../policy.js';
import type { QueueFacts, QueueView } from '../queue-view.js';
import { refusalByLabel, type Gate, type Refusal } from '../refusals.js';
import { NOTHING, add, floored, subtract } from '../resources.js';
import type { Admission } from '../scheduler.js';
import { SortedList } from '../sorted-list.js';

const QUEUE = 'default';

export class FifoPolicy implements SchedulingPolicy {
  readonly name = 'fifo';
  /** As Hadoop's FifoScheduler: only memory decides whether a container fits. */
  readonly calculator = MEMORY_CALCULATOR;
  readonly queues = [QUEUE];
  readonly warnings: readonly string[] = [];
  /** Applications with open asks. */
  private readonly waiting = new SortedList<SchedulerApplication>((a, b) => a.submissionOrder - b.submissionOrder);
  /** The node that is being filled, and who has got something there. */
  private servedNode: SchedulerNode | undefined;
  private readonly served = new Set<AskGroup>();
  private books!: SchedulerBooks<SchedulerApplication>;

  attach(books: SchedulerBooks<SchedulerApplication>): void {
    this.books = books;
  }

  newApplication(description: ApplicationDescription): SchedulerApplication {
    // Hadoop's FIFO heeds no priorities.
    return new SchedulerApplication({ ...description, priority: 0 });
  }

  /** Hadoop's FIFO takes any name and ignores it; here a name that is not the queue's is a mistake worth telling. */
  resolveQueue(name: string): string | undefined {
    return name === QUEUE || name === `root.${QUEUE}` ? QUEUE : undefined;
  }

  place(): undefined {
    return undefined;
  }

  admit({ queue }: Admission): { queue: string } | { refusal: Refusal } {
    const resolved = this.resolveQueue(queue);
    return resolved === undefined
      ? { refusal: { gate: 'queue', message: `There is no queue "${queue}": the fifo scheduler has ${QUEUE} only.` } }
      : { queue: resolved };
  }

  checkMove(): Refusal {
    return { gate: 'queue', message: 'The fifo scheduler has one queue: applications cannot be moved.' };
  }

  effectivePriority(): number {
    return 0;
  }

  checkPriority(): undefined {
    return undefined;
  }

  /** Only queues of the Capacity scheduler limit lifetimes, as in Hadoop. */
  lifetimeIn(_queue: string, wantedMs: number | undefined): number | undefined {
    return wantedMs;
  }

  largestIn(): Partial<Resource> {
    return {};
  }

  askRefusal(queue: string, _size: Resource, label: string): Refusal | undefined {
    return refusalByLabel(queue, label, this.name);
  }

  mayAccess(): boolean {
    return true;
  }

  refresh(): void {
    // There is nothing to configure.
  }

  normalize(ask: Resource, maximum: Resource): Resource {
    const { minimum } = this.books.settings;
    return MEMORY_CALCULATOR.normalize(ask, minimum, maximum, minimum);
  }

  defaultLabel(): string {
    return '';
  }

  applicationAdded(): void {
    // It counts once it asks.
  }

  applicationRemoved(application: SchedulerApplication): void {
    this.waiting.remove(application);
  }

  attemptStarted(): void {
    // All attempts are alike.
  }

  applicationMoved(): void {
    // `checkMove` refuses all.
  }

  changePriority(): void {
    // Priorities are not heeded.
  }

  demandChanged(application: SchedulerApplication): void {
    if (application.asks.pendingContainers > 0) this.waiting.add(application);
    else this.waiting.remove(application);
  }

  containerAdded(): void {
    // The core counts what is used.
  }

  containerRemoved(): void {
    // The core counts what is used.
  }

  reservationAdded(): void {
    // FIFO reserves nothing.
  }

  reservationRemoved(): void {
    // FIFO reserves nothing.
  }

  clusterChanged(): void {
    // Nothing is derived from the size of the cluster.
  }

  /** The earliest application that has something for the node. */
  placeNext(node: SchedulerNode): Placement | undefined {
    if (this.servedNode !== node) {
      this.servedNode = node;
      this.served.clear();
    }
    for (const application of this.waiting.items) {
      if (application.avoids(node)) continue;
      const placement = this.serve(application, node);
      if (placement !== undefined) return placement;
    }
    this.servedNode = undefined;
    return undefined;
  }

  /** A group that must wait, and has got nothing in this pass, holds back the less urgent ones of its application. */
  private serve(application: SchedulerApplication, node: SchedulerNode): Placement | undefined {
    for (const group of application.asks.groups) {
      if (group.pending === 0) continue;
      const locality = group.resource.memoryMb > node.free.memoryMb ? undefined : localityFor(group, node);
      if (locality !== undefined) {
        this.served.add(group);
        return this.books.allocate(application, group, node, locality);
      }
      if (!this.served.has(group)) return undefined;
    }
    return undefined;
  }

  /** A heartbeat fills the node. */
  goesOn(): boolean {
    return true;
  }

  tick(): [] {
    return [];
  }

  headroom(): Resource {
    const { capacity, used } = this.books.nodes;
    return floored(subtract(capacity, used));
  }

  isActive(): boolean {
    return true;
  }

  gates(): Gate[] {
    return [{ gate: 'queue', passed: true, message: 'The fifo scheduler has no limits but the size of the cluster.' }];
  }

  queueTree(): QueueView {
    const { nodes, applications } = this.books;
    let [pending, pendingContainers] = [NOTHING, 0];
    for (const { asks } of applications.values()) {
      pending = add(pending, asks.pendingResource);
      pendingContainers += asks.pendingContainers;
    }
    return {
      ...{ path: QUEUE, name: QUEUE, state: 'RUNNING', isLeaf: true, used: nodes.used, reserved: NOTHING },
      ...{ pending, pendingContainers, reservedContainers: 0, containers: nodes.containers },
      ...{ activeApplications: applications.size, pendingApplications: 0 },
      ...{ guaranteed: nodes.capacity, maximum: nodes.capacity, children: [] },
    };
  }

  queueFacts(queue: string): QueueFacts | undefined {
    if (this.resolveQueue(queue) === undefined) return undefined;
    const { used, pending, pendingContainers, reserved, containers } = this.queueTree();
    return { state: 'RUNNING', used, pending, pendingContainers, reserved, containers };
  }

  applicationFacts(): QueueFacts {
    return {};
  }

  schedulerInfo(): object {
    const { capacity, used, containers, size } = this.books.nodes;
    return {
      type: 'fifoScheduler',
      capacity: 1,
      usedCapacity: capacity.memoryMb === 0 ? 0 : used.memoryMb / capacity.memoryMb,
      qstate: 'RUNNING',
      minQueueMemoryCapacity: this.books.settings.minimum.memoryMb,
      maxQueueMemoryCapacity: this.books.settings.maximumMemoryMb ?? this.books.nodes.largest()?.memoryMb ?? 0,
      numNodes: size,
      usedNodeCapacity: used.memoryMb,
      availNodeCapacity: capacity.memoryMb - used.memoryMb,
      totalNodeCapacity: capacity.memoryMb,
      numContainers: containers,
    };
  }
}

/** FIFO waits for no better place: undefined only where the ask forbids the node. */
function localityFor(group: AskGroup, node: SchedulerNode): Locality | undefined {
  if (group.wants(node.host, false)) return 'node';
  if (group.wants(node.rack, true)) return 'rack';
  return group.relaxed ? 'off-switch' : undefined;
}
