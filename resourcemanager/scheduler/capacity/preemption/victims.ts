/** Which containers are given up: of the application that came last the newest one first, AppMasters last of all. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { Reservation, SchedulerContainer } from '../../application.js';
import { NOTHING, add, isNothing, map, subtract } from '../../resources.js';
import type { CapacityApplication } from '../application.js';
import type { CapacityContext } from '../context.js';
import type { LeafQueue } from '../queues/leaf-queue.js';
import type { IntraQueueDue } from './intra-queue.js';

type Container = SchedulerContainer<CapacityApplication>;

export class Victims {
  /** With the reason of each. */
  readonly containers = new Map<Container, string>();
  readonly reservations = new Set<Reservation>();

  constructor(
    private readonly context: CapacityContext,
    /** What may still be taken in this round. */
    private allowed: Resource,
  ) {}

  /** Takes so much of the partition from a queue. */
  takeFrom(leaf: LeafQueue, label: string, due: Resource, reason: string): void {
    let left = due;
    for (const container of this.borrowers(leaf, label)) left = this.take(container, left, reason);
    const skipped: Container[] = [];
    for (const application of lastFirst(leaf)) {
      left = this.takeOfApplication(application, label, left, reason, skipped);
      if (isNothing(left)) return;
    }
    this.takeAppMasters(leaf, skipped, left, reason);
  }

  /** Takes so much from one application, for others of its queue. */
  takeOf({ application, due, reason }: IntraQueueDue, label: string): void {
    this.takeOfApplication(application, label, due, reason, []);
  }

  private takeOfApplication(
    application: CapacityApplication,
    label: string,
    due: Resource,
    reason: string,
    skipped: Container[],
  ): Resource {
    let left = due;
    for (const reservation of application.reservations.values()) {
      if (isNothing(left)) return left;
      if (reservation.node.label !== label || this.reservations.has(reservation)) continue;
      this.reservations.add(reservation);
      left = this.deduct(left, reservation.resource);
    }
    const containers = [...application.containers.values()] as Container[];
    // The least urgent asks first, of those the newest container.
    for (const container of containers.sort((a, b) => b.priority - a.priority || b.order - a.order)) {
      if (isNothing(left)) return left;
      if (container.node.label !== label) continue;
      if (container.isAppMaster) skipped.push(container);
      else left = this.take(container, left, reason);
    }
    return left;
  }

  /** AppMasters go only as far as those that stay use more than the queue's share for AppMasters. */
  private takeAppMasters(leaf: LeafQueue, skipped: readonly Container[], due: Resource, reason: string): void {
    const { amLimit } = leaf.main;
    let kept = skipped.reduce((sum, { resource }) => add(sum, resource), NOTHING);
    let left = due;
    for (const container of skipped) {
      if (isNothing(left) || this.context.calculator.compare(this.context.cluster, kept, amLimit) <= 0) return;
      left = this.take(container, left, reason);
      kept = subtract(kept, container.resource);
    }
  }

  /** Containers on nodes that are lent to the queue, the newest first. */
  private borrowers(leaf: LeafQueue, label: string): Container[] {
    if (label === '') return [];
    const all = [...leaf.active].flatMap((application) => [...application.containers.values()] as Container[]);
    return all
      .filter(({ isOnForeignLabel, node }) => isOnForeignLabel && node.label === label)
      .sort((a, b) => b.order - a.order);
  }

  private take(container: Container, due: Resource, reason: string): Resource {
    if (isNothing(due) || this.containers.has(container)) return due;
    const { calculator, cluster } = this.context;
    if (calculator.compare(cluster, due, NOTHING) <= 0 || !calculator.fits(container.resource, this.allowed))
      return due;
    this.containers.set(container, reason);
    this.allowed = subtract(this.allowed, container.resource);
    return this.deduct(due, container.resource);
  }

  private deduct(due: Resource, taken: Resource): Resource {
    const left = subtract(due, taken);
    const { calculator, cluster } = this.context;
    return calculator.compare(cluster, left, NOTHING) <= 0 ? NOTHING : map(left, (value) => Math.max(0, value));
  }
}

/** The reverse of the order of serving. */
function lastFirst(leaf: LeafQueue): CapacityApplication[] {
  return [...leaf.active].sort((a, b) => a.priority - b.priority || b.submissionOrder - a.submissionOrder);
}
