/**
 * Whether a container of an application may go onto a node now: labels, headroom, the delay for a better place, room,
 * and reservations. Decides, and counts the chances that were let pass; the books are changed by the caller.
 */
import type { AskGroup, Locality } from '../../ask-table.js';
import type { Reservation } from '../../application.js';
import type { SchedulerNode } from '../../node.js';
import { NOTHING, add, isNothing, subtract } from '../../resources.js';
import type { CapacityApplication } from '../application.js';
import type { CapacityContext } from '../context.js';
import type { ResourceLimits } from '../queues/queue.js';
import type { Exclusivity } from '../queues/users.js';
import { SKIP_APPLICATION, SKIP_GROUP, SKIP_LOCALITY, SKIP_QUEUE, type Outcome, type Skip } from './outcome.js';

export interface Attempt {
  readonly context: CapacityContext;
  readonly application: CapacityApplication;
  readonly node: SchedulerNode;
  readonly limits: ResourceLimits;
  readonly exclusivity: Exclusivity;
  /** The reservation of this node that is to be fulfilled, if it is that. */
  readonly reservation: Reservation | undefined;
}

/** Tries the groups of asks in their order. */
export function tryApplication(attempt: Attempt): Outcome {
  for (const group of attempt.application.asks.groups) {
    if (group.pending <= 0) continue;
    const outcome = preCheck(attempt, group) ?? tryOnNode(attempt, group);
    if (outcome.kind !== 'skip' || outcome.by !== 'group') return outcome;
  }
  return SKIP_APPLICATION;
}

/** Tries to fulfil a reservation: limits were checked when it was made. */
export function tryReservation(attempt: Attempt, { group }: Reservation): Outcome {
  return group.pending <= 0 ? SKIP_QUEUE : tryOnNode(attempt, group);
}

function preCheck(attempt: Attempt, group: AskGroup): Skip | undefined {
  const { context, application, node, limits, exclusivity } = attempt;
  const lends = exclusivity === 'ignored';
  // A lent node is taken back by preemption, which an AppMaster should not suffer.
  if (lends && !application.hasAppMaster && application.amResource !== undefined) return SKIP_APPLICATION;
  if (group.label !== (lends ? '' : node.label)) return SKIP_GROUP;
  const { continuesLooking } = context.configuration;
  if (!continuesLooking && !needsMore(context, application, group)) return SKIP_GROUP;
  const giveable = continuesLooking ? application.reservedOn(node.label) : NOTHING;
  const room = giveable === NOTHING ? limits.headroom : add(limits.headroom, giveable);
  if (!context.calculator.fits(group.resource, room)) return SKIP_QUEUE;
  if (group.label === '') group.missedOnLabels++;
  return lends && group.missedOnLabels < context.books.nodes.size ? SKIP_APPLICATION : undefined;
}

function tryOnNode(attempt: Attempt, group: AskGroup): Outcome {
  const { application, node, reservation } = attempt;
  if (application.avoids(node)) return SKIP_APPLICATION;
  group.missed++;
  const outcome = tryPlaces(attempt, group);
  // A node that the group has no use for is no missed chance.
  if (reservation === undefined && outcome.kind === 'skip' && outcome.by === 'group') group.missed--;
  if (reservation === undefined && outcome.kind !== 'skip') {
    const { rackLocalityFullReset } = attempt.context.configuration;
    // Not for containers just anywhere: else each of them would have to wait again.
    if (outcome.locality === 'node' || (outcome.locality === 'rack' && rackLocalityFullReset)) group.missed = 0;
    if (node.label === '') group.missedOnLabels = 0;
  }
  return outcome;
}

/** The host first, then its rack, then anywhere; each only as far as the ask allows and when its time has come. */
function tryPlaces(attempt: Attempt, group: AskGroup): Outcome {
  const { node } = attempt;
  if (group.places.size > 0) {
    const wantsRack = group.names(node.rack);
    if (group.names(node.host) && wantsRack) {
      const outcome = tryRoom(attempt, group, 'node');
      if (outcome.kind !== 'skip') return outcome;
    }
    if (wantsRack) {
      if (!group.wants(node.rack, true)) return SKIP_GROUP;
      const outcome = mayUseRack(attempt, group) ? tryRoom(attempt, group, 'rack') : SKIP_LOCALITY;
      if (outcome.kind !== 'skip') return outcome;
    }
  }
  if (!group.relaxed) return SKIP_GROUP;
  const outcome = mayUseAny(attempt, group) ? tryRoom(attempt, group, 'off-switch') : SKIP_APPLICATION;
  return outcome.kind === 'skip' && outcome.by === 'locality' ? SKIP_APPLICATION : outcome;
}

function mayUseRack({ context }: Attempt, group: AskGroup): boolean {
  return Math.min(context.books.nodes.size, context.configuration.nodeLocalityDelay) < group.missed;
}

function mayUseAny({ context, reservation }: Attempt, group: AskGroup): boolean {
  // An ask that names no place waits for none.
  if (reservation !== undefined || group.places.size === 0) return true;
  const { nodeLocalityDelay, rackLocalityAdditionalDelay } = context.configuration;
  const nodes = context.books.nodes.size;
  if (rackLocalityAdditionalDelay > -1) {
    return group.missed > Math.min(nodes, nodeLocalityDelay + rackLocalityAdditionalDelay);
  }
  const waitFactor = Math.min(Math.fround(group.places.size / nodes), 1);
  return Math.min(nodes, Math.fround(group.pending * waitFactor)) < group.missed;
}

function tryRoom(attempt: Attempt, group: AskGroup, locality: Locality): Outcome {
  const { context, application, node, limits, reservation } = attempt;
  const { calculator, cluster } = context;
  if (!calculator.fits(group.resource, node.capacity)) return SKIP_LOCALITY;
  const isNeeded = needsMore(context, application, group);
  const short = subtract(group.resource, limits.headroom);
  const toUnreserve = calculator.compare(cluster, short, limits.toUnreserve) >= 0 ? short : limits.toUnreserve;
  const mustUnreserve = calculator.compare(cluster, toUnreserve, NOTHING) > 0;
  const { continuesLooking } = context.configuration;
  if (calculator.fits(group.resource, node.free)) {
    const mayGiveUp = reservation === undefined && continuesLooking;
    if (!mayGiveUp || (isNeeded && !mustUnreserve)) return { kind: 'allocate', group, locality, giveUp: undefined };
    const giveUp = reservationToGiveUp(context, application, group, mustUnreserve ? toUnreserve : group.resource);
    return giveUp === undefined ? SKIP_LOCALITY : { kind: 'allocate', group, locality, giveUp };
  }
  if (!isNeeded && reservation === undefined) return SKIP_LOCALITY;
  if (continuesLooking && reservation === undefined && mustUnreserve) return SKIP_LOCALITY;
  return { kind: 'reserve', group, locality };
}

/** Another node that is kept for the same group, and that is large enough. */
function reservationToGiveUp(
  { calculator }: CapacityContext,
  application: CapacityApplication,
  group: AskGroup,
  needed: AskGroup['resource'],
): Reservation | undefined {
  for (const reservation of application.reservations.values()) {
    if (reservation.group === group && calculator.fits(needed, reservation.resource)) return reservation;
  }
  return undefined;
}

/**
 * Whether the group needs a container (or reservation) beyond the reservations that it holds. One that was renewed often
 * counts as starved: it may hold more reservations than it wants containers, the fewer the larger they are.
 */
function needsMore(context: CapacityContext, application: CapacityApplication, group: AskGroup): boolean {
  if (group.reserved === 0) return group.pending > 0;
  const { calculator, minimum } = context;
  const maximum = context.maximumAllocationOf(application.leaf);
  const nodeFactor = calculator.ratio(group.resource, maximum);
  const minimumFactor = isNothing(maximum) ? 0 : calculator.ratio(subtract(maximum, minimum), maximum);
  const starvation = Math.trunc(
    Math.fround(group.reReservations / group.reserved) * Math.fround(1 - Math.min(nodeFactor, minimumFactor)),
  );
  return starvation + group.pending - group.reserved > 0;
}
