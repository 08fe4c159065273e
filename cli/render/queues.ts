/** Trees of queues as text. */
import type { QueueView } from '../../resourcemanager/scheduler/index.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import { aligned } from './aligned.js';

/** Each queue with what it is promised and may have at most, of the whole. */
export function renderQueues(root: QueueView): string {
  const part = (of: Resource): string => `${percentOf(of, root.guaranteed)} (${of.memoryMb} MB, ${of.vcores} vcores)`;
  return renderTree(root, ['queue', 'state', 'guaranteed', 'maximum'], ({ state, guaranteed, maximum }) => [
    state,
    part(guaranteed),
    part(maximum),
  ]);
}

/** Each queue with what is used of what it is promised, and who waits. */
export function renderQueuesInForce(root: QueueView): string {
  const heads = ['queue', 'state', 'guaranteed', 'used', 'containers', 'applications'];
  return renderTree(root, heads, ({ state, guaranteed, used, containers, ...queue }) => [
    ...[state, percentOf(guaranteed, root.guaranteed), percentOf(used, guaranteed), String(containers)],
    `${queue.activeApplications} active, ${queue.pendingApplications} waiting`,
  ]);
}

function renderTree(root: QueueView, heads: readonly string[], cells: (queue: QueueView) => string[]): string {
  const rows = [heads];
  const visit = (queue: QueueView, depth: number): void => {
    rows.push([`${'  '.repeat(depth)}${queue.name}`, ...cells(queue)]);
    for (const child of queue.children) visit(child, depth + 1);
  };
  visit(root, 0);
  return aligned(rows);
}

/** One queue, in the form that `yarn queue` gave it. */
export function renderQueue(queue: QueueView): string {
  const amount = ({ memoryMb, vcores }: Resource): string => `${memoryMb} MB, ${vcores} vcores`;
  const rows: [string, string | number][] = [
    ['Queue Name', queue.name],
    ['Queue Path', queue.path],
    ['State', queue.state],
    ['Guaranteed', amount(queue.guaranteed)],
    ['Maximum', amount(queue.maximum)],
    ['Used', `${amount(queue.used)} (${percentOf(queue.used, queue.guaranteed)} of what is guaranteed)`],
    ['Reserved', amount(queue.reserved)],
    ['Pending', `${amount(queue.pending)} in ${queue.pendingContainers} containers`],
    ['Containers', queue.containers],
    ['Applications', `${queue.activeApplications} active, ${queue.pendingApplications} waiting`],
  ];
  return ['Queue Information :', ...rows.map(([name, value]) => `\t${name} : ${value}`)].join('\n');
}

/** What would change from one tree to the other. */
export function renderQueueDifferences(before: QueueView, after: QueueView): string {
  const [old, now] = [flat(before), flat(after)];
  const lines: string[] = [];
  for (const [path, queue] of now) {
    const known = old.get(path);
    if (known === undefined) lines.push(`+ ${path}`);
    else lines.push(...changesOf(path, known, queue));
  }
  for (const path of old.keys()) if (!now.has(path)) lines.push(`- ${path}`);
  return lines.length === 0 ? 'Nothing differs from the queues in force.' : ['Differences:', ...lines].join('\n');
}

function changesOf(path: string, before: QueueView, after: QueueView): string[] {
  const changes: string[] = [];
  if (before.state !== after.state) changes.push(`~ ${path}: ${before.state} → ${after.state}`);
  for (const what of ['guaranteed', 'maximum'] as const) {
    const [one, other] = [before[what], after[what]];
    if (one.memoryMb === other.memoryMb && one.vcores === other.vcores) continue;
    const text = ({ memoryMb, vcores }: Resource): string => `${memoryMb} MB, ${vcores} vcores`;
    changes.push(`~ ${path}: ${what} ${text(one)} → ${text(other)}`);
  }
  return changes;
}

function flat(queue: QueueView, found = new Map<string, QueueView>()): Map<string, QueueView> {
  found.set(queue.path, queue);
  for (const child of queue.children) flat(child, found);
  return found;
}

function percentOf(part: Resource, whole: Resource): string {
  return `${whole.memoryMb === 0 ? 0 : Math.round((part.memoryMb / whole.memoryMb) * 1000) / 10} %`;
}
