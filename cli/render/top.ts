/** `weft top` as text: the cluster's figures, its queues and what runs, as `yarn top` lays them out. */
import { TOP_COLUMNS, gigabytes, ordered, type TopOrder } from '../top/columns.js';
import type { TopSnapshot } from '../top/snapshot.js';
import { aligned } from './aligned.js';

export interface TopSize {
  /** Lines that there are room for. @default as many as it takes */
  rows?: number | undefined;
  /** Characters of a line. @default as many as it takes */
  columns?: number | undefined;
}

/** Of the queues, so many at most; `weft queue -list` shows all of them. */
const MAX_QUEUES = 6;

export function renderTop(snapshot: TopSnapshot, order: TopOrder, { rows, columns }: TopSize): string {
  const lines = [...headerOf(snapshot, order), '', ...queueLines(snapshot), '', ...applicationLines(snapshot, order)];
  return lines
    .slice(0, rows)
    .map((line) => line.slice(0, columns))
    .join('\n');
}

function headerOf({ atMs, uptimeMs, metrics, applications }: TopSnapshot, order: TopOrder): string[] {
  const users = new Set(applications.map(({ user }) => user)).size;
  const sorted = `sorted by ${order.column}${order.isReversed ? ', reversed' : ''}`;
  const m = metrics;
  const memory: [number, string][] = [
    [m.availableMB, 'available'],
    [m.allocatedMB, 'allocated'],
    [m.pendingMB, 'pending'],
    [m.reservedMB, 'reserved'],
  ];
  return [
    `Weft top - ${timeOfDay(atMs)}, up ${uptime(uptimeMs)}, ${users} active users, ${sorted}`,
    `NodeManager(s): ${m.totalNodes} total, ${m.activeNodes} active, ${m.unhealthyNodes} unhealthy, ` +
      `${m.decommissioningNodes} decommissioning, ${m.decommissionedNodes} decommissioned, ` +
      `${m.lostNodes} lost, ${m.rebootedNodes} rebooted`,
    `Applications: ${m.appsRunning} running, ${m.appsSubmitted} submitted, ${m.appsPending} pending, ` +
      `${m.appsCompleted} completed, ${m.appsKilled} killed, ${m.appsFailed} failed`,
    `Memory: ${memory.map(([amount, what]) => `${gigabytes(amount)} ${what}`).join(', ')}`,
    `VCores: ${m.availableVirtualCores} available, ${m.allocatedVirtualCores} allocated, ` +
      `${m.pendingVirtualCores} pending, ${m.reservedVirtualCores} reserved`,
    `Containers: ${m.containersAllocated} allocated, ${m.containersPending} pending, ${m.containersReserved} reserved`,
  ];
}

/** The busiest first. */
function queueLines({ queues }: TopSnapshot): string[] {
  const busiest = queues.toSorted((a, b) => b.used.memoryMb - a.used.memoryMb || a.path.localeCompare(b.path));
  const rows = busiest
    .slice(0, MAX_QUEUES)
    .map(({ path, used, guaranteed, containers, activeApplications, pendingApplications }) => [
      path,
      gigabytes(used.memoryMb),
      gigabytes(guaranteed.memoryMb),
      String(used.vcores),
      String(containers),
      String(activeApplications),
      String(pendingApplications),
    ]);
  const heads = ['QUEUE', 'MEM', 'GUARANTEED', 'VCORES', '#CONT', 'ACTIVE', 'WAITING'];
  const lines = aligned([heads, ...rows], new Set([1, 2, 3, 4, 5, 6])).split('\n');
  const hidden = queues.length - rows.length;
  return hidden === 0 ? lines : [...lines, `and ${hidden} more: weft queue -list`];
}

function applicationLines({ applications }: TopSnapshot, order: TopOrder): string[] {
  const rows = ordered(applications, order).map((application) =>
    TOP_COLUMNS.map(({ value, text }) => printable(text?.(application) ?? String(value(application)))),
  );
  const numeric = TOP_COLUMNS.flatMap(({ title }, column) => (LEFT.has(title) ? [] : [column]));
  return aligned([TOP_COLUMNS.map(({ title }) => title), ...rows], new Set(numeric)).split('\n');
}

const LEFT = new Set(['APPLICATIONID', 'USER', 'TYPE', 'QUEUE', 'NAME']);

/** Whoever names an application must not move the cursor of who looks at it. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

/** `18:05:31`, local time. */
function timeOfDay(timeMs: number): string {
  return new Date(timeMs).toTimeString().slice(0, 8);
}

/** `2d, 3:07`: days, hours and minutes. */
function uptime(durationMs: number): string {
  const minutes = Math.floor(durationMs / 60_000);
  return `${Math.floor(minutes / 1440)}d, ${Math.floor(minutes / 60) % 24}:${String(minutes % 60).padStart(2, '0')}`;
}
