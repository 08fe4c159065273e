/** Metrics by Flink's names, from the figures that TaskManagers send with their heartbeats. Pure. */
import type { TaskMetrics } from '../../common/wire/protocols/taskmanager-jobmanager.js';
import type { Execution } from '../job/execution.js';

type Figure = Exclude<keyof TaskMetrics, 'executionId' | 'accumulators'>;

/** Flink's name of each figure, and of its rate. */
const COUNTERS: Record<Figure, { total: string; rate: string }> = {
  recordsIn: { total: 'numRecordsIn', rate: 'numRecordsInPerSecond' },
  recordsOut: { total: 'numRecordsOut', rate: 'numRecordsOutPerSecond' },
  bytesIn: { total: 'numBytesIn', rate: 'numBytesInPerSecond' },
  bytesOut: { total: 'numBytesOut', rate: 'numBytesOutPerSecond' },
  busyMs: { total: 'accumulateBusyTimeMs', rate: 'busyTimeMsPerSecond' },
  backPressuredMs: { total: 'accumulateBackPressuredTimeMs', rate: 'backPressuredTimeMsPerSecond' },
  idleMs: { total: 'accumulateIdleTimeMs', rate: 'idleTimeMsPerSecond' },
};

export interface Rates {
  busyTimeMsPerSecond: number;
  backPressuredTimeMsPerSecond: number;
  idleTimeMsPerSecond: number;
  [name: string]: number;
}

/** Per second, between the two latest samples; 0 while there is only one. */
export function ratesOf({ latest, previous }: Execution): Rates {
  const seconds = latest === undefined || previous === undefined ? 0 : (latest.timeMs - previous.timeMs) / 1000;
  const rates: Rates = { busyTimeMsPerSecond: 0, backPressuredTimeMsPerSecond: 0, idleTimeMsPerSecond: 0 };
  for (const [figure, { rate }] of Object.entries(COUNTERS) as [Figure, { rate: string }][]) {
    const change = (latest?.metrics[figure] ?? 0) - (previous?.metrics[figure] ?? 0);
    rates[rate] = seconds === 0 ? 0 : change / seconds;
  }
  return rates;
}

/** All metrics of one subtask, by name. */
export function subtaskMetrics(execution: Execution): ReadonlyMap<string, number> {
  const values = new Map<string, number>();
  for (const [figure, { total }] of Object.entries(COUNTERS) as [Figure, { total: string }][]) {
    values.set(total, execution.latest?.metrics[figure] ?? 0);
  }
  for (const [name, rate] of Object.entries(ratesOf(execution))) values.set(name, rate);
  return values;
}

export interface Metric {
  id: string;
  value?: string;
}

/** Without names the list of what there is; with names those values, unknown ones left out. */
export function selectMetrics(values: ReadonlyMap<string, number>, names: readonly string[] | undefined): Metric[] {
  if (names === undefined) return [...values.keys()].map((id) => ({ id }));
  return names.flatMap((id) => {
    const value = values.get(id);
    return value === undefined ? [] : [{ id, value: String(value) }];
  });
}

const AGGREGATIONS = {
  min: (values: readonly number[]) => Math.min(...values),
  max: (values: readonly number[]) => Math.max(...values),
  avg: mean,
  sum: (values: readonly number[]) => values.reduce((total, value) => total + value, 0),
  /** Mean distance from the mean, in percent of the mean. */
  skew: (values: readonly number[]) => {
    const average = mean(values);
    return average === 0 ? 0 : (mean(values.map((value) => Math.abs(value - average))) / average) * 100;
  },
} as const;
type Aggregation = keyof typeof AGGREGATIONS;

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Metrics over several subtasks, TaskManagers or jobs. Without `agg` all aggregations are answered. */
export function aggregateMetrics(
  members: readonly ReadonlyMap<string, number>[],
  names: readonly string[] | undefined,
  agg: readonly string[] | undefined,
): object[] {
  const known = [...new Set(members.flatMap((member) => [...member.keys()]))];
  if (names === undefined) return known.map((id) => ({ id }));
  const wanted = (Object.keys(AGGREGATIONS) as Aggregation[]).filter((name) => agg === undefined || agg.includes(name));
  return names
    .filter((name) => known.includes(name))
    .map((id) => {
      const values = members.map((member) => member.get(id)).filter((value) => value !== undefined);
      return { id, ...Object.fromEntries(wanted.map((name) => [name, AGGREGATIONS[name](values)])) };
    });
}
