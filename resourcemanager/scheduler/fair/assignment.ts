/** From the root down to an application: who gets the next container of a node. Hadoop's `assignContainer`. */
import type { Resource } from '../../../runtime/common/wire/protocols/index.js';
import type { Reservation } from '../application.js';
import type { AskGroup, Locality } from '../ask-table.js';
import { DOMINANT_CALCULATOR } from '../calculator.js';
import type { SchedulerNode } from '../node.js';
import type { Placement } from '../policy.js';
import { NOTHING } from '../resources.js';
import type { FairApplication } from './application.js';
import type { FairContext } from './context.js';
import type { LeafQueue } from './queues/leaf-queue.js';
import type { FairQueue } from './queues/queue.js';

const NEARNESS: Readonly<Record<Locality, number>> = { node: 0, rack: 1, 'off-switch': 2 };

export class Assignment {
  constructor(
    private readonly context: FairContext,
    private readonly node: SchedulerNode,
    private readonly nowMs: number,
  ) {}

  /** The queue farthest below its share first. */
  descend(queue: FairQueue): Placement | undefined {
    if (this.node.reservation !== undefined) return undefined;
    if (!queue.hasRoomFor(NOTHING)) return undefined;
    if (queue.isLeaf) return this.serveLeaf(queue);
    for (const child of queue.inOrder) {
      const placement = this.descend(child);
      if (placement !== undefined) return placement;
    }
    return undefined;
  }

  /** One container of the application, or a reservation for it. */
  serve(application: FairApplication): Placement | undefined {
    const [first] = application.asks.groups;
    if (first === undefined || this.isOverAmShare(application, first)) return undefined;
    for (const group of application.asks.groups) {
      if (!this.couldTake(application, group)) continue;
      const locality = this.localityFor(application, group);
      // The first group that may go here decides: those behind it do not overtake.
      if (locality !== undefined) return this.place(application, group, locality);
    }
    return undefined;
  }

  /** Only who has reserved the node is tried there. A reservation that cannot be used is given up. */
  fulfil(reservation: Reservation<FairApplication>): Placement | 'kept' | 'given-up' {
    const { application, group, resource } = reservation;
    const { books } = this.context;
    if (!this.couldTake(application, group) || this.isOverAmShare(application, group)) {
      books.unreserve(reservation);
      return 'given-up';
    }
    if (!DOMINANT_CALCULATOR.fits(resource, this.node.free)) return 'kept';
    const locality = this.localityFor(application, group);
    return locality === undefined ? 'kept' : books.allocate(application, group, this.node, locality);
  }

  private serveLeaf(leaf: LeafQueue): Placement | undefined {
    for (const application of leaf.inOrder) {
      if (application.avoids(this.node)) continue;
      const placement = this.serve(application);
      if (placement !== undefined) return placement;
    }
    return undefined;
  }

  private isOverAmShare(application: FairApplication, { resource }: AskGroup): boolean {
    return application.awaitsAppMaster && !application.leaf.mayRunAppMaster(resource);
  }

  /** Whether the node, were it empty, and the maxima of the queues would take a container of the group. */
  private couldTake({ leaf }: FairApplication, group: AskGroup): boolean {
    const { node } = this;
    const strictAny = !group.relaxed && !group.names(node.rack);
    const strictRack = group.names(node.rack) && !group.wants(node.rack, true) && !group.names(node.host);
    return (
      group.pending > 0 &&
      group.label === node.label &&
      !strictAny &&
      !strictRack &&
      group.resource.memoryMb <= node.capacity.memoryMb &&
      leaf.lineage.every((queue) => queue.hasRoomFor(group.resource))
    );
  }

  private localityFor(application: FairApplication, group: AskGroup): Locality | undefined {
    const { node } = this;
    group.missed++;
    const allowed = this.allowedFor(application, group);
    const wantsRack = group.names(node.rack);
    if (wantsRack && group.names(node.host)) return 'node';
    if (wantsRack && !group.wants(node.rack, true)) return undefined;
    if (wantsRack && allowed !== 'node') return 'rack';
    return group.relaxed && (group.places.size === 0 || allowed === 'off-switch') ? 'off-switch' : undefined;
  }

  /** How far the group may go: one step farther each time that enough chances were let pass. */
  private allowedFor(application: FairApplication, group: AskGroup): Locality {
    const { nodeLocality, rackLocality } = this.context.settings;
    if (nodeLocality < 0 || rackLocality < 0) return 'off-switch';
    const allowed = application.allowed.get(group);
    if (allowed === undefined) application.allowed.set(group, 'node');
    if (allowed === undefined || allowed === 'off-switch') return allowed ?? 'node';
    const threshold = Math.min(1, allowed === 'node' ? nodeLocality : rackLocality);
    if (group.missed <= this.context.books.nodes.size * threshold) return allowed;
    const farther = allowed === 'node' ? 'rack' : 'off-switch';
    application.allowed.set(group, farther);
    group.missed = 0;
    return farther;
  }

  private place(application: FairApplication, group: AskGroup, locality: Locality): Placement | undefined {
    const { context, node } = this;
    if (DOMINANT_CALCULATOR.fits(group.resource, node.free)) {
      const allowed = application.allowed.get(group);
      // What was found nearer by than had to be is hoped for again.
      if (allowed !== undefined && NEARNESS[locality] < NEARNESS[allowed]) application.allowed.set(group, locality);
      return context.books.allocate(application, group, node, locality);
    }
    if (!application.isStarved || !isReservable(context, application.leaf, group.resource)) return undefined;
    if (locality !== 'node' && this.hasEnoughReservations(application, locality)) return undefined;
    return context.books.reserve(application, group, node, locality, this.nowMs);
  }

  private hasEnoughReservations(application: FairApplication, locality: 'rack' | 'off-switch'): boolean {
    const { books, settings } = this.context;
    const inReach = (node: SchedulerNode): boolean => locality === 'off-switch' || node.rack === this.node.rack;
    const held = [...application.reservations.values()].filter(({ node }) => inReach(node)).length;
    const nodes = locality === 'off-switch' ? books.nodes.size : [...books.nodes.values()].filter(inReach).length;
    return held >= Math.ceil(nodes * Math.fround(settings.reservableNodes));
  }
}

/** Whether a container of this size may have a node kept for it. */
function isReservable({ cluster, settings }: FairContext, { policy }: LeafQueue, size: Resource): boolean {
  return policy.calculator.compare(cluster, size, settings.reservationThreshold) >= 0;
}
