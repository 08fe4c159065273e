/** The users of a leaf queue, and how much each may use: Hadoop's UsersManager. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, isNothing, map, subtract } from '../../resources.js';
import type { LeafQueue } from './leaf-queue.js';

/** Whether a queue is served on its own partition, or lends a foreign one that lies idle. */
export type Exclusivity = 'respected' | 'ignored';

export class LeafUser {
  /** By label, reservations included. */
  readonly used = new Map<string, Resource>();
  readonly amUsed = new Map<string, Resource>();
  activeApplications = 0;
  pendingApplications = 0;
  /** Active applications with open asks: a user with any is an active one. */
  wantingApplications = 0;
  /** What it uses of a partition, as a share. */
  readonly shares = new Map<string, number>();
  weight = 1;

  constructor(readonly name: string) {}

  usedOf(label: string): Resource {
    return this.used.get(label) ?? NOTHING;
  }

  amUsedOf(label: string): Resource {
    return this.amUsed.get(label) ?? NOTHING;
  }
}

function onlyPending({ pendingApplications, activeApplications }: LeafUser): boolean {
  return pendingApplications > 0 && activeApplications === 0;
}

interface Usage {
  /** Of all active users. */
  active: Resource;
  /** Sum of the users' shares. */
  shares: number;
}

export class LeafUsers {
  private readonly byName = new Map<string, LeafUser>();
  private readonly usage = new Map<string, Usage>();
  private activeUsers = 0;
  private activeWeights = 0;
  /** Users whose applications all wait for their AppMasters. */
  private onlyPending = 0;
  private version = 0;
  private readonly cache = new Map<string, { version: number; limit: Resource }>();

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

  get activeCount(): number {
    return this.activeUsers + this.onlyPending;
  }

  /** Weights, capacities or the size of the cluster have changed. */
  refresh(): void {
    this.activeWeights = 0;
    this.usage.clear();
    for (const user of this.byName.values()) {
      user.weight = this.leaf.config.userWeights.get(user.name) ?? 1;
      user.shares.clear();
      if (user.wantingApplications > 0) this.activeWeights = Math.fround(this.activeWeights + user.weight);
      for (const [label, used] of user.used) {
        if (user.wantingApplications > 0) this.usageOf(label).active = add(this.usageOf(label).active, used);
        this.updateShare(user, label);
      }
    }
    this.version++;
  }

  changeUsed(user: LeafUser, label: string, change: Resource): void {
    user.used.set(label, add(user.usedOf(label), change));
    if (user.wantingApplications > 0) {
      const usage = this.usageOf(label);
      usage.active = add(usage.active, change);
    }
    this.updateShare(user, label);
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
    for (const [label, used] of user.used) {
      const usage = this.usageOf(label);
      usage.active = change > 0 ? add(usage.active, used) : subtract(usage.active, used);
    }
    this.version++;
  }

  /** How much the user may use of the partition while it competes with the other active users. */
  limitOf(user: LeafUser, label: string, exclusivity: Exclusivity): Resource {
    const key = exclusivity === 'respected' ? label : `${label}\n`;
    let cached = this.cache.get(key);
    if (cached?.version !== this.version) {
      cached = { version: this.version, limit: this.computeLimit(label, exclusivity) };
      this.cache.set(key, cached);
    }
    if (user.weight === 1) return cached.limit;
    const { calculator, minimum } = this.leaf.context;
    return calculator.multiplyAndRoundDown(cached.limit, user.weight, minimum);
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
    const usage = this.usageOf(label);
    const consumed = calculator.multiplyAndRoundUp(total, usage.shares, minimum);
    const current = calculator.compare(total, consumed, capacity) < 0 ? capacity : add(consumed, minimum);
    const percent = Math.fround(config.minimumUserLimitPercent);
    const minimumPart = map(current, (value) => Math.ceil(Math.floor(value * percent) / 100));
    // Without active users nobody shares.
    const fairPart =
      this.activeWeights === 0 ? NOTHING : calculator.divideAndCeil(add(usage.active, minimum), this.activeWeights);
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
    if (user.activeApplications + user.pendingApplications > 0) return;
    for (const used of user.used.values()) if (!isNothing(used)) return;
    this.byName.delete(user.name);
  }

  private usageOf(label: string): Usage {
    let usage = this.usage.get(label);
    if (usage === undefined) {
      usage = { active: NOTHING, shares: 0 };
      this.usage.set(label, usage);
    }
    return usage;
  }

  private updateShare(user: LeafUser, label: string): void {
    const { calculator } = this.leaf.context;
    const total = this.leaf.context.totalOf(label);
    const share = isNothing(total) ? 0 : calculator.ratio(user.usedOf(label), total);
    const before = user.shares.get(label) ?? 0;
    user.shares.set(label, share);
    const usage = this.usageOf(label);
    usage.shares = Math.fround(usage.shares + Math.fround(share - before));
  }
}
