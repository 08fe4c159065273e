/**
 * `cli/top`: what `weft top` looks at, in which order, and the terminal that it is shown on. Called by its command alone;
 * the text itself is made in `cli/render/top.ts`. Here: one look at the cluster.
 */
import type { Clock } from '../../runtime/common/clock.js';
import type { QueueView } from '../../resourcemanager/scheduler/index.js';
import type { ApplicationReport, ClusterMetrics } from '../client/application-report.js';
import type { ResourceManagerClient } from '../client/resourcemanager-client.js';

/** What is looked at; an empty list stands for everything. */
export interface TopFilter {
  /** Names or paths; a parent stands for its children. */
  queues: readonly string[];
  users: readonly string[];
  types: readonly string[];
}

export interface TopSnapshot {
  /** Epoch milliseconds on the clock of this machine. */
  atMs: number;
  /** Since the leading ResourceManager was started. */
  uptimeMs: number;
  metrics: ClusterMetrics;
  /** The leaves. */
  queues: Omit<QueueView, 'children'>[];
  /** Those that run. */
  applications: ApplicationReport[];
}

/** @throws UNREACHABLE */
export async function lookAt(client: ResourceManagerClient, filter: TopFilter, clock: Clock): Promise<TopSnapshot> {
  const applicationTypes = filter.types.length === 0 ? undefined : filter.types.join(',');
  const [startedMs, metrics, { tree }, applications] = await Promise.all([
    client.startedMs(),
    client.metrics(),
    client.queues(),
    client.list(['RUNNING'], { applicationTypes }),
  ]);
  const atMs = clock.nowMs();
  const queues = leavesOf(tree).filter(({ path }) => isIn(path, filter.queues));
  const paths = new Map(queues.map(({ name, path }) => [name, path]));
  return {
    atMs,
    uptimeMs: Math.max(0, atMs - startedMs),
    metrics,
    queues,
    applications: applications.filter(
      ({ user, queue }) =>
        (filter.users.length === 0 || filter.users.includes(user)) && isIn(paths.get(queue) ?? queue, filter.queues),
    ),
  };
}

function leavesOf({ children, ...queue }: QueueView): Omit<QueueView, 'children'>[] {
  return queue.isLeaf ? [queue] : children.flatMap(leavesOf);
}

function isIn(path: string, names: readonly string[]): boolean {
  const parts = path.split('.');
  const containing = (name: string): boolean => parts.includes(name) || `${path}.`.startsWith(`${name}.`);
  return names.length === 0 || names.some(containing);
}
