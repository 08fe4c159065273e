/** Why an application waits or is refused, in words with numbers. */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import { ANY, allowsBy, pendingOf, type AskGroup } from './ask-table.js';
import type { NodeTable } from './node-table.js';
import type { SchedulerApplication, SchedulingPolicy } from './policy.js';
import { describe, fits, type ResourceCalculator } from './resources.js';
import type { Refusal } from './scheduler.js';

export interface Ceilings {
  largestNode: Resource | undefined;
  maximumMemoryMb: number | undefined;
  maximumVcores: number | undefined;
  calculator: ResourceCalculator;
}

/** Why a container of this size can never be had; undefined if it can, or if no node is known yet. */
export function tooLarge(ask: Resource, ceilings: Ceilings): Refusal | undefined {
  const { largestNode, maximumMemoryMb, maximumVcores, calculator } = ceilings;
  const refuse = (message: string): Refusal => ({ gate: 'node-size', message });
  if (maximumMemoryMb !== undefined && ask.memoryMb > maximumMemoryMb) {
    return refuse(
      `${ask.memoryMb} MB of memory are more than yarn.scheduler.maximum-allocation-mb allows (${maximumMemoryMb} MB).`,
    );
  }
  if (maximumVcores !== undefined && ask.vcores > maximumVcores) {
    return refuse(
      `${ask.vcores} vcores are more than yarn.scheduler.maximum-allocation-vcores allows (${maximumVcores}).`,
    );
  }
  if (largestNode !== undefined && !fits(ask, largestNode, calculator)) {
    return refuse(
      ask.memoryMb > largestNode.memoryMb
        ? `${ask.memoryMb} MB of memory are more than the largest node has (${largestNode.memoryMb} MB).`
        : `${ask.vcores} vcores are more than the largest node has (${largestNode.vcores}).`,
    );
  }
  return undefined;
}

/** Why the first open ask of an application is not answered, though no limit of its queue forbids it. */
export function explainWait(
  application: SchedulerApplication,
  group: AskGroup,
  nodes: NodeTable,
  nowMs: number,
  policy: SchedulingPolicy,
): Refusal {
  const count = pendingOf(group);
  // A time of day, because it stays the same: whoever passes the reason on sees what is news.
  const since = new Date(application.waitingSinceMs ?? nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  const waits = `${count} ${count === 1 ? 'container' : 'containers'} of ${describe(group.resource)} ${
    count === 1 ? 'has' : 'have'
  } waited since ${since}`;
  const freest = nodes.freest();
  if (freest === undefined) {
    const why = nodes.size === 0 ? 'no NodeManager is registered' : 'no NodeManager is healthy and connected';
    return { gate: 'no-nodes', message: `${waits}: ${why}.` };
  }
  const largest = nodes.largest();
  if (largest !== undefined && !fits(group.resource, largest, policy.calculator)) {
    return { gate: 'node-size', message: `${waits}: the largest node has ${describe(largest)}.` };
  }
  if (fits(group.resource, freest.free, policy.calculator)) return explainLocality(application, group, waits);
  const { capacity, used } = nodes;
  return {
    gate: 'node-fit',
    message:
      `${waits}: no node has that much free. The freest, ${freest.nodeId}, has ${freest.free.memoryMb} of ` +
      `${freest.capacity.memoryMb} MB; the whole cluster uses ${used.memoryMb} of ${capacity.memoryMb} MB.`,
  };
}

function explainLocality(application: SchedulerApplication, group: AskGroup, waits: string): Refusal {
  const places = [...group.lines.keys()].filter((name) => name !== ANY);
  const bound = allowsBy(group, ANY, true) ? '' : ` It must run on ${places.join(' or ')}.`;
  const avoided = application.blacklist.size === 0 ? '' : ` It avoids ${[...application.blacklist].join(', ')}.`;
  return { gate: 'locality', message: `${waits}: there is room, but not where it may run.${bound}${avoided}` };
}
