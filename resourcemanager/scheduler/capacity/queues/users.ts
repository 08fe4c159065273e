/** The users of a leaf queue, and how much each may use: Hadoop's UsersManager. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, isNothing, map, subtract } from '../../resources.js';
import { ByLabel } from './by-label.js';
import type { LeafQueue } from './leaf-queue.js';

/** Whether a queue is served on its own partition, or lends a foreign one that lies idle. */
export type Exclusivity = 'respected' | 'ignored';

/** What a user has of one partition. */
class UserPartition {
  /** Reservations included. */
  used: Resource = NOTHING;
  amUsed: Resource = NOTHING;
  /** What it uses, as a share. */
  share = 0;

  constructor(readonly label: string) {}
}

export class LeafUser {
  readonly partitions = new ByLabel((label) => new UserPartition(label));
  activeApplications = 0;
  pendingApplications = 0;
  /** Applications that compete for the queue: a user with any is an active one. */
  wantingApplications = 0;
  weight = 1;

  constructor(readonly name: string) {}

  usedOf(label: string): Resource {
    return this.partitions.find(label)?.used ?? NOTHING;
  }

  amUsedOf(label: string): Resource {
    return this.partitions.find(label)?.amUsed ?? NOTHING;
  }
}

function onlyPending({ pendingApplications, activeApplications }: LeafUser): boolean {
  return pendingApplications > 0 && activeApplications === 0;
}

/** What all users have of one partition. */
class UsersPartition {
  /** Used by the active ones. */
  active: Resource = NOTHING;
  /** Sum of the users' shares. */
  shares = 0;
  /** The limits of a user of weight 1 as of a version of the books. */
  readonly limits: Record<Exclusivity, { version: number; limit: Resource }> = {
    respected: { version: -1, limit: NOTHING },
    ignored: { version: -1, limit: NOTHING },
  };
}

export class LeafUsers {
  private readonly byName = new Map<string, LeafUser>();
  private readonly partitions = new ByLabel(() => new UsersPartition());
  private activeUsers = 0;
  private activeWeights = 0;
  /** Users whose applications all wait for their AppMasters, now and as of the last computing of a limit. */
  private onlyPending = 0;
  private countedOnlyPending = 0;
  private version = 0;

  constructor(private readonly leaf: LeafQueue) {}

  get(name: string): LeafUser | undefined {
    return this.byName.get(name);
  }

  all(): IterableIterator<LeafUser> {
    return this.byName.values();
  }

  getOrAdd(name: string): LeafUser {
    let user = this.byName.get(name);
    if (user === undefined) {
      user = new LeafUser(name);
      user.weight = this.leaf.config.userWeights.get(name) ?? 1;
      this.byName.set(name, user);
    }
    return user;
  }

  /** Counts the applications of the user; one who has none any more is forgotten. */
  changeApplications(user: LeafUser, active: number, pending: number): void {
    const before = onlyPending(user);
    user.activeApplications += active;
    user.pendingApplications += pending;
    this.onlyPending += Number(onlyPending(user)) - Number(before);
    this.forgetIfIdle(user);
  }

  /** Who shares the room for AppMasters. As in Hadoop, those who only wait are counted when a limit is computed. */
  get activeCount(): number {
    return this.activeUsers + this.countedOnlyPending;
  }

  /** Weights, capacities or the size of the cluster have changed. */
  refresh(): void {
    this.activeWeights = 0;
    for (const partition of this.partitions.all) Object.assign(partition, { active: NOTHING, shares: 0 });
    for (const user of this.byName.values()) {
      user.weight = this.leaf.config.userWeights.get(user.name) ?? 1;
      if (user.wantingApplications > 0) this.activeWeights = Math.fround(this.activeWeights + user.weight);
      for (const own of user.partitions.all) {
        const all = this.partitions.of(own.label);
        if (user.wantingApplications > 0) all.active = add(all.active, own.used);
        own.share = 0;
        this.updateShare(own, all);
      }
    }
    this.version++;
  }

  changeUsed(user: LeafUser, label: string, change: Resource): void {
    const own = user.partitions.of(label);
    const all = this.partitions.of(label);
    own.used = add(own.used, change);
    if (user.wantingApplications > 0) all.active = add(all.active, change);
    this.updateShare(own, all);
    this.version++;
    this.forgetIfIdle(user);
  }

  /** An active application of the user has open asks now (1), or has none any more (−1). */
  changeWanting(user: LeafUser, change: 1 | -1): void {
    const before = user.wantingApplications;
    user.wantingApplications += change;
    if (before > 0 && user.wantingApplications > 0) return;
    this.activeUsers += change;
    this.activeWeights = Math.fround(this.activeWeights + change * user.weight);
    for (const { label, used } of user.partitions.all) {
      const all = this.partitions.of(label);
      all.active = change > 0 ? add(all.active, used) : subtract(all.active, used);
    }
    this.version++;
    this.forgetIfIdle(user);
  }

  /** How much the user may use of the partition while it competes with the other active users. */
  limitOf(user: LeafUser, label: string, exclusivity: Exclusivity): Resource {
    const limit = this.commonLimit(label, exclusivity);
    if (user.weight === 1) return limit;
    const { calculator, minimum } = this.leaf.context;
    return calculator.multiplyAndRoundDown(limit, user.weight, minimum);
  }

  /** The limit of a user of weight 1: computed when it is looked at, if the books have changed since. */
  commonLimit(label: string, exclusivity: Exclusivity): Resource {
    const cached = this.partitions.of(label).limits[exclusivity];
    if (cached.version !== this.version) {
      cached.version = this.version;
      cached.limit = this.computeLimit(label, exclusivity);
      this.countedOnlyPending = this.onlyPending;
    }
    return cached.limit;
  }

  /**
   * The fair part of what active users use, or the minimum percentage of the queue, whichever is more; at most the
   * user-limit factor of the guarantee. It grows by one minimum allocation at a time, so that a queue can fill up.
   */
  private computeLimit(label: string, exclusivity: Exclusivity): Resource {
    const { context, config } = this.leaf;
    const { calculator, minimum } = context;
    const total = context.totalOf(label);
    const most = (a: Resource, b: Resource): Resource => (calculator.compare(total, a, b) >= 0 ? a : b);
    const { guaranteed, maximum } = this.leaf.partition(label);
    const capacity = most(guaranteed, minimum);
    const { active, shares } = this.partitions.of(label);
    const consumed = calculator.multiplyAndRoundUp(total, shares, minimum);
    const current = calculator.compare(total, consumed, capacity) < 0 ? capacity : add(consumed, minimum);
    const percent = Math.fround(config.minimumUserLimitPercent);
    const minimumPart = map(current, (value) => Math.ceil(Math.floor(value * percent) / 100));
    // Without active users nobody shares.
    const fairPart =
      this.activeWeights === 0 ? NOTHING : calculator.divideAndCeil(add(active, minimum), this.activeWeights);
    const cap = this.capOf(exclusivity, { total, capacity, guaranteed, maximum });
    const wanted = most(fairPart, minimumPart);
    return calculator.roundUp(calculator.compare(total, wanted, cap) <= 0 ? wanted : cap, minimum);
  }

  private capOf(
    exclusivity: Exclusivity,
    { total, capacity, guaranteed, maximum }: Record<'total' | 'capacity' | 'guaranteed' | 'maximum', Resource>,
  ): Resource {
    const { context, config } = this.leaf;
    if (exclusivity === 'ignored') return total;
    if (config.userLimitFactor < 0 || isNothing(guaranteed)) {
      return context.calculator.roundDown(maximum, context.minimum);
    }
    const factor = Math.fround(config.userLimitFactor);
    return map(capacity, (value) => Math.floor(value * factor));
  }

  private forgetIfIdle(user: LeafUser): void {
    if (user.activeApplications + user.pendingApplications + user.wantingApplications > 0) return;
    for (const { used } of user.partitions.all) if (!isNothing(used)) return;
    this.byName.delete(user.name);
  }

  private updateShare(own: UserPartition, all: UsersPartition): void {
    const { context } = this.leaf;
    const total = context.totalOf(own.label);
    const share = isNothing(total) ? 0 : context.calculator.ratio(own.used, total);
    all.shares = Math.fround(all.shares + Math.fround(share - own.share));
    own.share = share;
  }
}
