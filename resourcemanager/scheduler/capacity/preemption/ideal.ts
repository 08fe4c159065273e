/**
 * What each queue should have, given what it is promised, uses and wants: guarantees first, then what is left over, in
 * proportion to the guarantees. Hadoop's ProportionalCapacityPreemptionPolicy, on a copy of the tree.
 */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import type { ResourceCalculator } from '../../calculator.js';
import { NOTHING, add, floored, isNothing, lower, map, subtract } from '../../resources.js';
import type { CapacityQueue } from '../queues/queue.js';

export interface QueueShare {
  readonly queue: CapacityQueue;
  readonly children: QueueShare[];
  readonly used: Resource;
  readonly reserved: Resource;
  /** What it wants beyond that, as far as its users may have it. */
  readonly pending: Resource;
  readonly guaranteed: Resource;
  readonly maximum: Resource;
  readonly isUntouchable: boolean;
  /** What it uses above its guarantee and must be left, since preemption is off there. */
  untouchable: Resource;
  ideal: Resource;
  toPreempt: Resource;
}

const UNIT: Resource = { memoryMb: 1, vcores: 1 };

export class IdealShares {
  constructor(
    private readonly calculator: ResourceCalculator,
    private readonly total: Resource,
    /** Most that may be taken in one round. */
    private readonly allowed: Resource,
  ) {}

  /** Works out `ideal` and `toPreempt` of all queues below. */
  compute(root: QueueShare): void {
    this.markUntouchable(root);
    root.ideal = root.guaranteed;
    this.divideBelow(root);
  }

  private divideBelow(parent: QueueShare): void {
    if (parent.children.length === 0) return;
    this.divide(parent.children, parent.ideal);
    for (const child of parent.children) this.divideBelow(child);
  }

  private markUntouchable(share: QueueShare): void {
    for (const child of share.children) this.markUntouchable(child);
    const extra = this.atMost(share.guaranteed, share.used) ? subtract(share.used, share.guaranteed) : NOTHING;
    if (share.children.length === 0) share.untouchable = share.isUntouchable ? extra : NOTHING;
    else {
      const below = share.children.reduce((sum, child) => add(sum, child.untouchable), NOTHING);
      share.untouchable = this.least(below, extra);
    }
  }

  private divide(shares: QueueShare[], available: Resource): void {
    const promised = shares.filter(({ guaranteed }) => !isNothing(guaranteed));
    const rest = shares.filter(({ guaranteed }) => isNothing(guaranteed));
    const left = this.assign(promised, available, false);
    if (rest.length > 0 && !isNothing(left)) this.assign(rest, left, true);
    let needed = NOTHING;
    for (const { used, ideal } of shares) if (this.exceeds(used, ideal)) needed = add(needed, subtract(used, ideal));
    const scale = this.exceeds(needed, this.allowed) ? this.calculator.divide(available, this.allowed, needed) : 1;
    for (const share of shares) {
      const wanted = add(share.used, share.pending);
      const kept = this.most(this.least(wanted, share.guaranteed), share.ideal);
      const surplus = this.exceeds(share.used, kept) ? floored(subtract(share.used, kept)) : NOTHING;
      share.toPreempt = map(surplus, (value) => Math.floor(value * scale));
    }
  }

  /** Offers what is unassigned to the queues that are furthest below their guarantee, until nobody wants more. */
  private assign(shares: QueueShare[], from: Resource, isEqual: boolean): Resource {
    let unassigned = from;
    let asking: QueueShare[] = [];
    for (const share of shares) {
      share.ideal = this.exceeds(share.used, share.guaranteed) ? add(share.guaranteed, share.untouchable) : share.used;
      unassigned = subtract(unassigned, share.ideal);
      if (this.exceeds(add(share.used, share.pending), share.ideal)) asking.push(share);
    }
    while (asking.length > 0 && this.exceeds(unassigned, NOTHING)) {
      const weights = weightsOf(asking, isEqual);
      const least = Math.min(...asking.map((share) => this.needOf(share)));
      const underserved = asking.filter((share) => this.needOf(share) === least);
      asking = asking.filter((share) => !underserved.includes(share));
      const round = unassigned;
      for (const share of underserved) {
        const weight = weights.get(share) ?? 0;
        const offered = lower(this.calculator.multiplyAndRoundUp(round, weight, UNIT), unassigned);
        const accepted = this.accept(share, floored(offered));
        if (this.exceeds(accepted, NOTHING)) asking.push(share);
        unassigned = floored(subtract(unassigned, accepted));
      }
    }
    return unassigned;
  }

  /** How far the queue is from its guarantee; less is needier. */
  private needOf({ ideal, guaranteed }: QueueShare): number {
    return isNothing(guaranteed) ? Number.MAX_SAFE_INTEGER : this.calculator.divide(this.total, ideal, guaranteed);
  }

  /** A leaf takes up to its guarantee, or what it uses already; all take no more than they want and may have. */
  private accept(share: QueueShare, offered: Resource): Resource {
    const { used, pending, reserved, maximum, guaranteed, ideal } = share;
    const wanted = subtract(add(used, subtract(pending, lower(reserved, pending))), ideal);
    let accepted = this.least(floored(subtract(maximum, ideal)), this.least(offered, wanted));
    if (share.children.length === 0) {
      accepted = this.least(accepted, floored(subtract(this.most(used, guaranteed), ideal)));
    }
    accepted = floored(accepted);
    share.ideal = add(ideal, accepted);
    return accepted;
  }

  private exceeds(a: Resource, b: Resource): boolean {
    return this.calculator.compare(this.total, a, b) > 0;
  }

  private atMost(a: Resource, b: Resource): boolean {
    return this.calculator.compare(this.total, a, b) <= 0;
  }

  private least(a: Resource, b: Resource): Resource {
    return this.atMost(a, b) ? a : b;
  }

  private most(a: Resource, b: Resource): Resource {
    return this.atMost(a, b) ? b : a;
  }
}

/** What is left over is divided by guarantees, or equally among queues without any. */
function weightsOf(shares: readonly QueueShare[], isEqual: boolean): Map<QueueShare, number> {
  const sum = shares.reduce((total, { guaranteed }) => total + guaranteed.memoryMb, 0);
  return new Map(
    shares.map((share): [QueueShare, number] => {
      const part = isEqual || sum === 0 ? 1 / shares.length : share.guaranteed.memoryMb / sum;
      return [share, Math.fround(part)];
    }),
  );
}
