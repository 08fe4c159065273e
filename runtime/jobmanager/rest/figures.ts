/** Figures as Flink's REST API words them: I/O sums, times, durations in states, and their spread over subtasks. Pure. */
import type { ExecutionState } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { Execution } from '../job/execution.js';
import { EXECUTION_STATES } from '../job/states.js';

export interface IoMetrics {
  'read-bytes': number;
  'read-bytes-complete': boolean;
  'write-bytes': number;
  'write-bytes-complete': boolean;
  'read-records': number;
  'read-records-complete': boolean;
  'write-records': number;
  'write-records-complete': boolean;
  'accumulated-backpressured-time': number;
  'accumulated-idle-time': number;
  'accumulated-busy-time': number;
}

/** The sums over these executions; "complete" when each has reported. */
export function ioMetricsOf(executions: readonly Execution[]): IoMetrics {
  const complete = executions.every(({ latest }) => latest !== undefined);
  const total = (pick: (metrics: NonNullable<Execution['latest']>['metrics']) => number): number =>
    executions.reduce((sum, { latest }) => sum + (latest === undefined ? 0 : pick(latest.metrics)), 0);
  return {
    'read-bytes': total((it) => it.bytesIn),
    'read-bytes-complete': complete,
    'write-bytes': total((it) => it.bytesOut),
    'write-bytes-complete': complete,
    'read-records': total((it) => it.recordsIn),
    'read-records-complete': complete,
    'write-records': total((it) => it.recordsOut),
    'write-records-complete': complete,
    'accumulated-backpressured-time': Math.round(total((it) => it.backPressuredMs)),
    'accumulated-idle-time': Math.round(total((it) => it.idleMs)),
    'accumulated-busy-time': Math.round(total((it) => it.busyMs)),
  };
}

export interface Times {
  'start-time': number;
  'end-time': number;
  duration: number;
}

/** From the first deployment to the last end; -1 for what has not come yet, and the duration then grows with `nowMs`. */
export function timesOf(executions: readonly Execution[], nowMs: number): Times {
  const starts = executions.map(({ enteredMs }) => enteredMs.DEPLOYING).filter((ms) => ms !== undefined);
  if (starts.length === 0) return { 'start-time': -1, 'end-time': -1, duration: -1 };
  const startMs = Math.min(...starts);
  const ended = executions.every(({ terminal }) => terminal);
  const endMs = ended ? Math.max(...executions.map(({ state, enteredMs }) => enteredMs[state] ?? 0)) : -1;
  return { 'start-time': startMs, 'end-time': endMs, duration: (ended ? endMs : nowMs) - startMs };
}

/** How many executions are in each state, RECONCILING included, as Flink lists them. */
export function countStates(states: readonly ExecutionState[]): Record<string, number> {
  const counts: Record<string, number> = { RECONCILING: 0 };
  for (const state of EXECUTION_STATES) counts[state] = 0;
  for (const state of states) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}

const TIMED_STATES = ['CREATED', 'SCHEDULED', 'DEPLOYING', 'INITIALIZING', 'RUNNING'] as const;

/** Milliseconds spent in each state before the end; -1 for one that was never entered. */
export function statusDurations({ enteredMs }: Execution, nowMs: number): Record<string, number> {
  const entries = Object.values(enteredMs).toSorted((a, b) => a - b);
  return Object.fromEntries(
    TIMED_STATES.map((state) => {
      const startMs = enteredMs[state];
      if (startMs === undefined) return [state, -1];
      const later = TIMED_STATES.slice(TIMED_STATES.indexOf(state) + 1).map((next) => enteredMs[next]);
      const endMs = later.find((ms) => ms !== undefined) ?? endOf(enteredMs) ?? nowMs;
      return [state, Math.max(endMs, entries[0] ?? 0) - startMs];
    }),
  );
}

function endOf(enteredMs: Execution['enteredMs']): number | undefined {
  return enteredMs.CANCELING ?? enteredMs.FINISHED ?? enteredMs.CANCELED ?? enteredMs.FAILED;
}

export interface Spread {
  min: number;
  max: number;
  avg: number;
  sum: number;
  median: number;
  p25: number;
  p75: number;
  p95: number;
}

/** Whole numbers, cut off, as Flink answers them. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const sum = sorted.reduce((total, value) => total + value, 0);
  const at = (p: number): number => Math.trunc(percentile(sorted, p));
  return {
    min: Math.trunc(sorted[0] ?? 0),
    max: Math.trunc(sorted.at(-1) ?? 0),
    avg: sorted.length === 0 ? 0 : Math.trunc(sum / sorted.length),
    sum: Math.trunc(sum),
    median: at(50),
    p25: at(25),
    p75: at(75),
    p95: at(95),
  };
}

/** The estimate at position p(n+1)/100 of the sorted values, interpolated; the ends beyond them. */
function percentile(sorted: readonly number[], p: number): number {
  const position = (p * (sorted.length + 1)) / 100;
  const below = Math.floor(position);
  if (position < 1) return sorted[0] ?? 0;
  if (position >= sorted.length) return sorted.at(-1) ?? 0;
  const lower = sorted[below - 1] ?? 0;
  return lower + (position - below) * ((sorted[below] ?? 0) - lower);
}

/** The spread of each figure over the subtasks. */
export function aggregatedOf(executions: readonly Execution[], nowMs: number): unknown {
  const metrics: Record<string, Spread> = {};
  const each = executions.map((execution) => ioMetricsOf([execution]));
  for (const name of [
    'read-bytes',
    'write-bytes',
    'read-records',
    'write-records',
    'accumulated-backpressured-time',
    'accumulated-idle-time',
    'accumulated-busy-time',
  ] as const) {
    metrics[name] = spreadOf(each.map((io) => io[name]));
  }
  const durations = executions.map((execution) => statusDurations(execution, nowMs));
  const statusDuration: Record<string, Spread> = {};
  for (const state of TIMED_STATES) {
    const entered = durations.map((it) => it[state] ?? -1).filter((ms) => ms >= 0);
    if (entered.length > 0) statusDuration[state] = spreadOf(entered);
  }
  return { metrics, 'status-duration': statusDuration };
}
