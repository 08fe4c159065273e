/** Which applications have lacked their share for too long, and how much they lack. */
import type { Resource } from '../../../../runtime/common/wire/protocols/index.js';
import { NOTHING, add, equals, floored, isNothing, lower, map, subtract } from '../../resources.js';
import type { FairApplication } from '../application.js';
import type { LeafQueue } from '../queues/leaf-queue.js';

/** Those of the queue that are starved at this time, in the order of serving. */
export function starvedIn(leaf: LeafQueue, nowMs: number): FairApplication[] {
  const wanting = leaf.inOrder.filter(({ nextStarvationCheckMs }) => nowMs > nextStarvationCheckMs);
  const starved = new Set<FairApplication>();
  let lacking = NOTHING;
  for (const application of wanting) {
    const lacks = lackOfFairShare(application, nowMs);
    if (isNothing(lacks)) break;
    starved.add(application);
    lacking = add(lacking, lacks);
  }
  // What is lacking of the minimum share beyond that goes to those that ask for more, one after another.
  let rest = floored(subtract(lackOfMinShare(leaf, nowMs), lacking));
  for (const application of wanting) {
    application.minShareStarvation = NOTHING;
    if (isNothing(rest)) continue;
    const wants = floored(subtract(application.asks.pendingResource, application.fairShareStarvation));
    application.minShareStarvation = lower(wants, rest);
    rest = floored(subtract(rest, wants));
    starved.add(application);
  }
  return [...starved];
}

function lackOfFairShare(application: FairApplication, nowMs: number): Resource {
  const { leaf, fairShare, usage, demand } = application;
  const threshold = map(fairShare, (value) => Math.trunc(value * leaf.fairShareThreshold));
  const due = lower(threshold, demand);
  const isBelow = leaf.policy.calculator.compareLargest(leaf.context.cluster, usage, due) < 0;
  if (!isBelow) application.lastAtFairShareMs = nowMs;
  const isStarved = isBelow && nowMs - application.lastAtFairShareMs >= leaf.fairShareTimeoutMs;
  application.fairShareStarvation = isStarved ? floored(subtract(due, usage)) : NOTHING;
  return application.fairShareStarvation;
}

function lackOfMinShare(leaf: LeafQueue, nowMs: number): Resource {
  const lacks = floored(subtract(lower(leaf.minShare, leaf.demand), leaf.usage));
  if (equals(lacks, NOTHING)) leaf.lastAtMinShareMs = nowMs;
  leaf.lastAtMinShareMs ??= nowMs;
  return nowMs - leaf.lastAtMinShareMs < leaf.minShareTimeoutMs ? NOTHING : lacks;
}
