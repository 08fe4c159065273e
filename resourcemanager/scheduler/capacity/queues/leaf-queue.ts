/** A queue that takes applications: which of them are active, and in which order they are served. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { SortedList } from '../../sorted-list.js';
import { NOTHING, add, isNothing, map } from '../../resources.js';
import type { CapacityApplication } from '../application.js';
import type { CapacityContext } from '../context.js';
import type { QueueConfig } from '../config/queue-config.js';
import type { ParentQueue } from './parent-queue.js';
import { QueueBase } from './queue.js';
import { LeafUsers, type LeafUser } from './users.js';

export class LeafQueue extends QueueBase {
  readonly isLeaf = true;
  readonly users = new LeafUsers(this);
  /** Runnable ones whose AppMasters do not fit yet, in the order of their turn. */
  readonly pending = new SortedList<CapacityApplication>(byPriority);
  readonly active = new Set<CapacityApplication>();
  /** Active applications with open asks, in the order to be served. */
  private wanting: SortedList<CapacityApplication>;
  /** What the queue could grow to when an application was last looked at; the share of AppMasters is measured by it. */
  currentLimit: Resource = NOTHING;

  constructor(
    context: CapacityContext,
    readonly owner: ParentQueue,
    config: QueueConfig,
    isDynamic: boolean,
  ) {
    super(context, owner, config, isDynamic);
    this.wanting = new SortedList(orderOf(config));
  }

  private readonly applicationsByUser = new Map<string, number>();

  /** Applications of the user that were submitted here and have not ended. */
  applicationsOf(user: string): number {
    return this.applicationsByUser.get(user) ?? 0;
  }

  countApplication(user: string, change: 1 | -1): void {
    const count = this.applicationsOf(user) + change;
    if (count === 0) this.applicationsByUser.delete(user);
    else this.applicationsByUser.set(user, count);
    for (const queue of this.lineage) {
      queue.applications += change;
    }
  }

  /** Whether an active application that wants nothing, and has reserved nothing, comes before this one. */
  hasIdleBefore(application: CapacityApplication): boolean {
    const compare = orderOf(this.config);
    for (const other of this.active) {
      if (other.asks.pendingContainers > 0 || other.reservations.size > 0) continue;
      if (compare(other, application) < 0) return true;
    }
    return false;
  }

  /** In the order to be served. */
  get inOrder(): readonly CapacityApplication[] {
    return this.wanting.items;
  }

  userOf(application: CapacityApplication): LeafUser {
    return this.users.getOrAdd(application.user);
  }

  /** The application may run, as far as the number of applications goes: it waits for its AppMaster's turn. */
  admitRunnable(application: CapacityApplication): void {
    application.state = 'pending';
    this.pending.add(application);
    this.users.changeApplications(this.userOf(application), 0, 1);
    this.activatePending();
  }

  /**
   * The application leaves (or its attempt is over, and the next begins). Its user counts as active until
   * `endCompetition`: as in Hadoop, who waits for room for AppMasters is let in before.
   */
  withdraw(application: CapacityApplication): void {
    const user = this.userOf(application);
    if (application.state === 'pending') {
      this.pending.remove(application);
      this.users.changeApplications(user, 0, -1);
    } else if (application.state === 'active') {
      this.active.delete(application);
      this.wanting.remove(application);
      this.changeAmUsed(
        application,
        user,
        map(application.amSize, (value) => -value),
      );
      this.users.changeApplications(user, -1, 0);
    }
    application.state = 'held';
    this.activatePending();
  }

  /** The open asks of the application, or what it uses, have changed. */
  noteDemand(application: CapacityApplication): void {
    if (application.state !== 'active') return;
    if (application.asks.pendingContainers > 0) this.wanting.add(application);
    else this.wanting.remove(application);
  }

  /** The application begins to ask: its user competes with others from now on, if any application of it is active. */
  beginCompetition(application: CapacityApplication): void {
    const user = this.userOf(application);
    if (application.makesUserActive || user.activeApplications === 0) return;
    application.makesUserActive = true;
    this.users.changeWanting(user, 1);
  }

  /** The application wants nothing any more. */
  endCompetition(application: CapacityApplication): void {
    if (!application.makesUserActive) return;
    application.makesUserActive = false;
    this.users.changeWanting(this.userOf(application), -1);
  }

  /** Makes a change that the order of applications may depend on. */
  reorder(application: CapacityApplication, change: () => void): void {
    const isPending = application.state === 'pending' && this.pending.remove(application);
    this.wanting.reorder(application, change);
    if (isPending) this.pending.add(application);
  }

  /** What the application uses or wants has changed, and perhaps its place with it. */
  noteUse(application: CapacityApplication): void {
    if (this.config.leafOrdering === 'fifo') return;
    this.wanting.reorder(application, () => {
      application.magnitude = magnitudeOf(application, this.config.sizeBasedWeight);
    });
  }

  /** After its configuration has changed. */
  rebuildOrder(): void {
    const items = [...this.wanting.items];
    this.wanting = new SortedList(orderOf(this.config));
    for (const application of items) this.wanting.add(application);
  }

  /** Most that AppMasters of the partition may use together. */
  refreshAmLimit(label: string): Resource {
    const { calculator, minimum } = this.context;
    const partition = this.partition(label);
    const current = label === '' ? this.currentLimit : NOTHING;
    const usable = calculator.fits(partition.guaranteed, current) ? current : partition.guaranteed;
    partition.amLimit = calculator.multiplyAndRoundUp(usable, this.amPercentOf(label), minimum);
    return partition.amLimit;
  }

  /** Most that the AppMasters of one user may use, with the number of users that are active now. */
  userAmLimit(label: string, weight: number): Resource {
    const { calculator, minimum } = this.context;
    const { guaranteed, amLimit } = this.partition(label);
    const { minimumUserLimitPercent, userLimitFactor } = this.config;
    const byPercent = Math.fround(Math.fround(minimumUserLimitPercent) / 100);
    const byUsers = Math.fround(1 / Math.max(this.users.activeCount, 1));
    const part = Math.min(Math.fround(Math.max(byPercent, byUsers) * weight), 1);
    const percent = this.amPercentOf(label);
    const factor = userLimitFactor < 0 ? percent : Math.fround(Math.fround(percent * part) * userLimitFactor);
    const limit = calculator.multiplyAndRoundUp(guaranteed, factor, minimum);
    return calculator.compare(this.context.cluster, limit, amLimit) <= 0 ? limit : amLimit;
  }

  /** Lets applications begin whose AppMasters fit into the share for AppMasters; the first one always. */
  activatePending(): void {
    if (isNothing(this.context.cluster)) return;
    for (const partition of this.partitions) this.refreshAmLimit(partition.label);
    const userLimits = new Map<string, Resource>();
    for (const application of [...this.pending.items]) {
      if (this.amRefusal(application, userLimits) === undefined) this.activate(application);
    }
  }

  /** Which of the two limits keeps the application's AppMaster from beginning. */
  amRefusal(
    application: CapacityApplication,
    userLimits = new Map<string, Resource>(),
  ): { of: 'queue' | 'user'; needed: Resource; limit: Resource } | undefined {
    const { calculator } = this.context;
    const { amLabel, amSize } = application;
    const { amUsed, amLimit } = this.partition(amLabel);
    // A limit that lets nobody begin is set too low, and is not kept.
    if (this.active.size === 0 || isNothing(amUsed)) return undefined;
    const needed = add(amSize, amUsed);
    if (!calculator.fits(needed, amLimit)) return { of: 'queue', needed, limit: amLimit };
    const user = this.userOf(application);
    const key = `${user.weight} ${amLabel}`;
    const limit = userLimits.get(key) ?? this.userAmLimit(amLabel, user.weight);
    userLimits.set(key, limit);
    const neededByUser = add(amSize, user.amUsedOf(amLabel));
    return calculator.fits(neededByUser, limit) ? undefined : { of: 'user', needed: neededByUser, limit };
  }

  get maximumApplications(): number {
    const { maximumApplications, maximumApplicationsPerQueue } = this.context.configuration;
    const own = this.config.maximumApplications ?? maximumApplicationsPerQueue;
    if (own !== undefined) return own;
    const largest = Math.max(...this.partitions.map(({ absoluteCapacity }) => absoluteCapacity));
    return Math.floor(Math.fround(maximumApplications * largest));
  }

  get maximumApplicationsPerUser(): number {
    const { minimumUserLimitPercent, userLimitFactor } = this.config;
    const most = this.maximumApplications;
    if (userLimitFactor < 0) return most;
    const part = Math.fround(Math.fround(most * Math.fround(minimumUserLimitPercent / 100)) * userLimitFactor);
    return Math.min(most, Math.floor(part));
  }

  private activate(application: CapacityApplication): void {
    this.pending.remove(application);
    application.state = 'active';
    this.active.add(application);
    const user = this.userOf(application);
    this.users.changeApplications(user, 1, -1);
    this.changeAmUsed(application, user, application.amSize);
    this.noteDemand(application);
  }

  private changeAmUsed({ amLabel }: CapacityApplication, user: LeafUser, change: Resource): void {
    const partition = this.partition(amLabel);
    partition.amUsed = add(partition.amUsed, change);
    const own = user.partitions.of(amLabel);
    own.amUsed = add(own.amUsed, change);
  }

  private amPercentOf(label: string): number {
    const { partitions } = this.config;
    return Math.fround((partitions.get(label) ?? partitions.get(''))?.amPercent ?? 0);
  }
}

function byPriority(a: CapacityApplication, b: CapacityApplication): number {
  return b.priority - a.priority || a.submissionOrder - b.submissionOrder;
}

/** Fair: whoever has least goes first. */
function orderOf({ leafOrdering }: QueueConfig): (a: CapacityApplication, b: CapacityApplication) => number {
  if (leafOrdering === 'fifo') return byPriority;
  return (a, b) => a.magnitude - b.magnitude || a.submissionOrder - b.submissionOrder;
}

/** What it uses; with weights by size, in relation to the logarithm of what it wants in all. */
function magnitudeOf({ used, asks }: CapacityApplication, bySize: boolean): number {
  if (!bySize) return used.memoryMb;
  return used.memoryMb / Math.log2(1 + add(asks.pendingResource, used).memoryMb);
}
