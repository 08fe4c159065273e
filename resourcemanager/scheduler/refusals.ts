/** Why an application waits or is refused: the gates on its way to a container, in words with numbers. */
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { SchedulerApplication } from './application.js';
import type { AskGroup } from './ask-table.js';
import type { ResourceCalculator } from './calculator.js';
import type { NodeTable } from './node-table.js';
import type { SchedulerNode } from './node.js';
import { describe, exceeding } from './resources.js';

/** In the order in which an application meets them. */
export type GateName =
  | 'acl'
  | 'placement'
  | 'queue-state'
  | 'queue'
  | 'maximum-applications'
  | 'maximum-parallel-applications'
  | 'am-share'
  | 'user-limit'
  | 'queue-capacity'
  | 'parent-capacity'
  | 'fair-share'
  | 'label'
  | 'no-nodes'
  | 'node-size'
  | 'node-fit'
  | 'reservation'
  | 'locality';

/** The gate that stopped an application, and the numbers. */
export interface Refusal {
  gate: GateName;
  message: string;
}

/** One gate, passed or not. */
export interface Gate extends Refusal {
  passed: boolean;
  /** What would let the application through; only where it is stopped. */
  remedy?: string;
}

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
  if (largestNode === undefined || calculator.fits(ask, largestNode)) return undefined;
  if (ask.memoryMb > largestNode.memoryMb) {
    return refuse(`${ask.memoryMb} MB of memory are more than the largest node has (${largestNode.memoryMb} MB).`);
  }
  if (ask.vcores > largestNode.vcores) {
    return refuse(`${ask.vcores} vcores are more than the largest node has (${largestNode.vcores}).`);
  }
  const [name = ''] = exceeding({ memoryMb: 0, vcores: 0, others: ask.others ?? {} }, largestNode);
  return refuse(
    `${ask.others?.[name] ?? 0} of ${name} are more than any node has (${largestNode.others?.[name] ?? 0}).`,
  );
}

/** Why the queue gives no container of this size, though nodes may. */
export function refusalByQueue(queue: string, ask: Resource, largest: Partial<Resource>): Refusal | undefined {
  const refuse = (what: string, most: number): Refusal => {
    return { gate: 'node-size', message: `${what} are more than a container of ${queue} may have (${most}).` };
  };
  const { memoryMb = ask.memoryMb, vcores = ask.vcores } = largest;
  if (ask.memoryMb > memoryMb) return refuse(`${ask.memoryMb} MB of memory`, memoryMb);
  return ask.vcores > vcores ? refuse(`${ask.vcores} vcores`, vcores) : undefined;
}

/** Why nothing with this label is asked for: neither FIFO nor Fair gives its queues access to labels, as in Hadoop. */
export function refusalByLabel(queue: string, label: string, scheduler: string): Refusal | undefined {
  if (label === '') return undefined;
  const message = `${queue} may not use nodes with the label ${label}: the ${scheduler} scheduler knows no labels.`;
  return { gate: 'label', message };
}

/** Why the first open ask of an application is not answered, though no limit of its queue forbids it. */
export function explainWait(
  application: SchedulerApplication,
  group: AskGroup,
  nodes: NodeTable,
  nowMs: number,
  calculator: ResourceCalculator,
): Refusal {
  const blocking = gatesOfNodes(application, group, nodes, nowMs, calculator).find(({ passed }) => !passed);
  const { gate, message } = blocking ?? {
    gate: 'node-fit' as const,
    message: 'it is served at the next heartbeat of a node.',
  };
  return { gate, message: `${describeWait(application, group, nowMs)}: ${message}` };
}

/** The gates between an open ask and a node, in order. */
export function gatesOfNodes(
  application: SchedulerApplication,
  group: AskGroup,
  nodes: NodeTable,
  nowMs: number,
  calculator: ResourceCalculator,
): Gate[] {
  const usable = [...nodes.values()].filter((node) => node.schedulable && node.label === group.label);
  const presence = gateOfPresence(group, nodes, usable);
  if (!presence.passed) return [presence];
  const size = gateOfSize(group, nodes, calculator);
  if (!size.passed) return [presence, size];
  const roomy = usable.filter((node) => calculator.fits(group.resource, node.free));
  const fit = gateOfFit(group, nodes, usable, roomy);
  const reservation = gateOfReservations(application, group, roomy, nowMs);
  if (roomy.length === 0) return [presence, size, fit, reservation];
  return [presence, size, fit, reservation, gateOfLocality(application, group, roomy)];
}

function describeWait(application: SchedulerApplication, group: AskGroup, nowMs: number): string {
  const count = group.pending;
  // A time of day, because it stays the same: whoever passes the reason on sees what is news.
  const since = new Date(application.waitingSinceMs ?? nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return (
    `${count} ${count === 1 ? 'container' : 'containers'} of ${describe(group.resource)} ` +
    `${count === 1 ? 'has' : 'have'} waited since ${since}`
  );
}

function gateOfPresence(group: AskGroup, nodes: NodeTable, usable: readonly SchedulerNode[]): Gate {
  if (usable.length > 0) {
    const label = group.label === '' ? '' : ` with the label ${group.label}`;
    return { gate: 'label', passed: true, message: `${usable.length} of ${nodes.size} nodes${label} may be used.` };
  }
  if (nodes.size === 0) {
    return {
      ...{ gate: 'no-nodes', passed: false, message: 'no NodeManager is registered.' },
      remedy: 'Start a NodeManager.',
    };
  }
  const labelled = [...nodes.values()].some(({ label }) => label === group.label);
  if (labelled) return { gate: 'no-nodes', passed: false, message: 'no NodeManager is healthy and connected.' };
  const wanted = group.label === '' ? 'no label' : `the label ${group.label}`;
  return {
    ...{ gate: 'label', passed: false, message: `no node has ${wanted}.` },
    remedy: `Give a node ${wanted}, or ask for another one.`,
  };
}

function gateOfSize(group: AskGroup, nodes: NodeTable, calculator: ResourceCalculator): Gate {
  const largest = nodes.largest();
  const passed = largest === undefined || calculator.fits(group.resource, largest);
  const message = `the largest node has ${largest === undefined ? 'nothing' : describe(largest)}.`;
  return passed
    ? { gate: 'node-size', passed, message }
    : { gate: 'node-size', passed, message, remedy: 'Ask for smaller containers, or start a larger NodeManager.' };
}

function gateOfFit(
  group: AskGroup,
  nodes: NodeTable,
  usable: readonly SchedulerNode[],
  roomy: readonly SchedulerNode[],
): Gate {
  if (roomy.length > 0) {
    return {
      gate: 'node-fit',
      passed: true,
      message: `${describe(group.resource)} are free on ${roomy.length} nodes.`,
    };
  }
  const freest = usable.reduce((best, node) => (node.free.memoryMb > best.free.memoryMb ? node : best));
  const { capacity, used } = nodes;
  const lacking = exceeding(group.resource, freest.free).join(' and ');
  return {
    gate: 'node-fit',
    passed: false,
    message:
      `no node has that much free. The freest, ${freest.nodeId}, has ${freest.free.memoryMb} of ` +
      `${freest.capacity.memoryMb} MB and ${freest.free.vcores} of ${freest.capacity.vcores} vcores; the whole cluster ` +
      `uses ${used.memoryMb} of ${capacity.memoryMb} MB and ${used.vcores} of ${capacity.vcores} vcores.`,
    remedy: `A node needs ${lacking === '' ? 'room' : `more free ${lacking}`}: wait for containers to end, or start a NodeManager.`,
  };
}

function gateOfReservations(
  application: SchedulerApplication,
  group: AskGroup,
  roomy: readonly SchedulerNode[],
  nowMs: number,
): Gate {
  const held = [...application.reservations.values()].filter((each) => each.group === group);
  const own = held
    .map(({ node, sinceMs }) => `${node.nodeId} has been kept for it for ${Math.round((nowMs - sinceMs) / 1000)} s`)
    .join(', ');
  const taken = roomy.filter(({ reservation }) => reservation !== undefined && reservation.application !== application);
  if (roomy.length > 0 && taken.length === roomy.length) {
    const whose = [...new Set(taken.map(({ reservation }) => reservation?.application.applicationId))].join(', ');
    return {
      ...{ gate: 'reservation', passed: false, message: `all nodes with room are kept for ${whose}.` },
      remedy: 'It is served when those have their containers.',
    };
  }
  return { gate: 'reservation', passed: true, message: own === '' ? 'no node is kept for it.' : `${own}.` };
}

function gateOfLocality(application: SchedulerApplication, group: AskGroup, roomy: readonly SchedulerNode[]): Gate {
  const allowed = roomy.filter(
    (node) =>
      !application.avoids(node) && (group.relaxed || group.wants(node.host, false) || group.wants(node.rack, true)),
  );
  const places = [...group.places.keys()];
  if (allowed.length > 0) {
    const hope = places.length === 0 ? '' : ` It prefers ${places.join(', ')} and let ${group.missed} chances pass.`;
    return { gate: 'locality', passed: true, message: `${allowed.length} nodes with room may be used.${hope}` };
  }
  const bound = group.relaxed ? '' : ` It must run on ${places.join(' or ')}.`;
  const avoided = application.blacklist.size === 0 ? '' : ` It avoids ${[...application.blacklist].join(', ')}.`;
  return {
    gate: 'locality',
    passed: false,
    message: `there is room, but not where it may run.${bound}${avoided}`,
    remedy: 'Relax its locality, shorten its blacklist, or make room where it must run.',
  };
}
