/** From the root down to an application: who gets the next container of a node. Hadoop's `assignContainers`. */
import type { Placement } from '../../policy.js';
import type { SchedulerNode } from '../../node.js';
import { NOTHING, add, floored, isNothing, lower, subtract } from '../../resources.js';
import type { Reservation } from '../../application.js';
import type { CapacityApplication } from '../application.js';
import type { CapacityContext } from '../context.js';
import { limitOfChild, limitOfLeaf } from '../queues/capacities.js';
import type { LeafQueue } from '../queues/leaf-queue.js';
import type { ParentQueue } from '../queues/parent-queue.js';
import { limitsOf, type CapacityQueue, type QueueBase, type ResourceLimits } from '../queues/queue.js';
import type { Exclusivity } from '../queues/users.js';
import { tryApplication, tryReservation } from './container-placement.js';
import type { Outcome } from './outcome.js';

/** A placement, or that a queue was refused for lack of headroom and keeps what it has left, or nothing. */
type Result = Placement | 'no-headroom' | undefined;

export class Descent {
  constructor(
    private readonly context: CapacityContext,
    private readonly node: SchedulerNode,
    private readonly nowMs: number,
  ) {}

  /** The next container of the node, or a reservation of it. */
  run(root: ParentQueue): Placement | undefined {
    const { node, context } = this;
    const reservation = context.books.reservationOf(node);
    if (reservation !== undefined) return this.fulfil(reservation);
    if (!context.calculator.fits(context.minimum, node.free)) return undefined;
    const own = this.visit(root, limitsOf(context.totalOf(node.label)), 'respected');
    if (own !== undefined && own !== 'no-headroom') return own;
    if (node.label === '' || context.books.nodes.isExclusive(node.label)) return undefined;
    // What lies idle here may be lent to asks without a label.
    const lent = this.visit(root, limitsOf(context.totalOf('')), 'ignored');
    return lent === 'no-headroom' ? undefined : lent;
  }

  /** Only who has reserved the node is tried there. */
  private fulfil(reservation: Reservation<CapacityApplication>): Placement | undefined {
    const { context, node } = this;
    const { application, group } = reservation;
    const limits = limitsOf(context.totalOf(''));
    const attempt = { context, application, node, limits, exclusivity: 'respected' as const, reservation };
    const outcome = tryReservation(attempt, reservation);
    if (outcome.kind === 'allocate') return context.books.allocate(application, group, node, outcome.locality);
    if (outcome.kind === 'reserve') {
      context.books.reserve(application, group, node, outcome.locality, this.nowMs);
    } else if (group.pending <= 0) context.books.unreserve(reservation);
    return undefined;
  }

  private visit(queue: CapacityQueue, limits: ResourceLimits, exclusivity: Exclusivity): Result {
    const { label } = this.node;
    if (exclusivity === 'respected' && !queue.canAccess(label)) return undefined;
    if (queue.partition(exclusivity === 'respected' ? label : '').pendingContainers === 0) return undefined;
    return queue.isLeaf ? this.visitLeaf(queue, limits, exclusivity) : this.visitParent(queue, limits, exclusivity);
  }

  private visitParent(parent: ParentQueue, limits: ResourceLimits, exclusivity: Exclusivity): Result {
    const { label } = this.node;
    const { reserved } = parent.main;
    if (!this.mayGrow(parent, limits, reserved, exclusivity)) return undefined;
    let result: Result = undefined;
    for (const child of exclusivity === 'respected' ? parent.inOrder(label) : parent.inOrderOf(label)) {
      const below = limitsOf(limitOfChild(parent, child, limits, label, true));
      const placed = this.visit(child, below, exclusivity);
      if (placed === undefined) continue;
      if (placed !== 'no-headroom') return placed;
      result = placed;
      const { calculator, cluster } = this.context;
      const kept = child.isLeaf ? below.headroom : below.blocked;
      if (calculator.compare(cluster, kept, NOTHING) > 0) limits.blocked = add(limits.blocked, floored(kept));
    }
    return result;
  }

  private visitLeaf(leaf: LeafQueue, limits: ResourceLimits, exclusivity: Exclusivity): Result {
    const grownTo = limitOfLeaf(leaf, limits.limit);
    let isChecked = false;
    for (const application of leaf.inOrder) {
      if (!isChecked) {
        const giveable = application.reservedOn('');
        if (!this.mayGrow(leaf, limits, giveable, exclusivity)) return undefined;
        // Once it may grow without any reservation being given up, it may for all.
        isChecked = !this.context.configuration.continuesLooking || isNothing(giveable);
        // Who comes first and wants nothing is asked, too, and has nothing to give up.
        if (!isChecked && leaf.hasIdleBefore(application) && !this.mayGrow(leaf, limits, NOTHING, exclusivity)) {
          return undefined;
        }
        leaf.currentLimit = grownTo;
      }
      if (!this.userMayGrow(leaf, application, limits, exclusivity)) continue;
      const { context, node } = this;
      const outcome = tryApplication({ context, application, node, limits, exclusivity, reservation: undefined });
      if (outcome.kind !== 'skip') return this.carryOut(leaf, application, outcome, exclusivity);
      if (outcome.by === 'queue') return 'no-headroom';
      if (outcome.by !== 'application') return undefined;
    }
    // Only applications ask that wait for their AppMasters' turn: limits are looked at all the same.
    if (leaf.inOrder.length === 0 && leaf.active.size > 0 && this.mayGrow(leaf, limits, NOTHING, exclusivity)) {
      leaf.currentLimit = grownTo;
      leaf.users.commonLimit(this.node.label, exclusivity);
    }
    return undefined;
  }

  /** Whether the queue is below its maximum and its limit, or would be without reservations that can be given up. */
  private mayGrow(queue: QueueBase, limits: ResourceLimits, giveable: NodeResource, exclusivity: Exclusivity): boolean {
    const { context, node } = this;
    const { calculator, cluster } = context;
    const { used, maximum } = queue.partition(node.label);
    const limit =
      exclusivity === 'ignored'
        ? context.totalOf(node.label)
        : calculator.compare(cluster, maximum, limits.limit) <= 0
          ? maximum
          : limits.limit;
    limits.headroom = subtract(limit, used);
    if (calculator.compare(cluster, used, limit) < 0) return true;
    if (!context.configuration.continuesLooking || calculator.compare(cluster, giveable, NOTHING) <= 0) return false;
    return calculator.compare(cluster, subtract(used, giveable), limit) < 0;
  }

  /** A user may pass the limit by one container, not begin above it. */
  private userMayGrow(
    leaf: LeafQueue,
    application: CapacityApplication,
    limits: ResourceLimits,
    exclusivity: Exclusivity,
  ): boolean {
    const { context, node } = this;
    const { calculator, cluster } = context;
    const user = leaf.userOf(application);
    const limit = leaf.users.limitOf(user, node.label, exclusivity);
    limits.toUnreserve = NOTHING;
    const used = user.usedOf(node.label);
    if (calculator.compare(cluster, used, limit) <= 0) return true;
    if (!context.configuration.continuesLooking) return false;
    if (calculator.compare(cluster, subtract(user.usedOf(''), application.reservedOn('')), limit) > 0) return false;
    limits.toUnreserve = subtract(used, limit);
    return true;
  }

  private carryOut(
    leaf: LeafQueue,
    application: CapacityApplication,
    outcome: Exclude<Outcome, { kind: 'skip' }>,
    exclusivity: Exclusivity,
  ): Placement | undefined {
    const { context, node } = this;
    const { group, locality } = outcome;
    const giveUp = outcome.kind === 'allocate' ? outcome.giveUp : undefined;
    if (!this.staysWithin(leaf, group.resource, giveUp?.resource ?? NOTHING, exclusivity)) return undefined;
    if (giveUp !== undefined) context.books.unreserve(giveUp);
    return outcome.kind === 'allocate'
      ? context.books.allocate(application, group, node, locality)
      : context.books.reserve(application, group, node, locality, this.nowMs);
  }

  /** The last check: no queue on the way exceeds its maximum in any resource type. */
  private staysWithin(leaf: LeafQueue, more: NodeResource, less: NodeResource, exclusivity: Exclusivity): boolean {
    const { context, node } = this;
    for (const queue of leaf.lineage) {
      const { used, maximum } = queue.partition(node.label);
      const most = exclusivity === 'respected' ? maximum : context.totalOf(node.label);
      const needed = less === NOTHING ? add(used, more) : add(used, subtract(more, lower(less, used)));
      if (!context.calculator.fits(needed, most)) return false;
    }
    return true;
  }
}

type NodeResource = SchedulerNode['free'];
