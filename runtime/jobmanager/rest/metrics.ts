/** Metrics by Flink's names, from the figures that TaskManagers send with their heartbeats. Pure. */
import { operatorFigures, operatorScope, taskFigures, userMetricValues } from '../../common/metrics/index.js';
import type { Execution } from '../job/execution.js';

/** What a metric shows; a gauge may show a text. */
export type MetricValues = ReadonlyMap<string, number | string>;

/**
 * All metrics of one subtask, by name. Of operators that have the same name the first one's are shown, as Flink shows those of one
 * of them: their names tell no more.
 */
export function subtaskMetrics({ latest, previous }: Execution): MetricValues {
  return new Map([
    ...taskFigures(latest, previous),
    ...operatorFigures(latest, previous)
      .toReversed()
      .flatMap(({ name, values }) =>
        [...values].map(([id, value]) => [`${operatorScope(name)}.${id}`, value] as const),
      ),
    ...(latest?.metrics.userMetrics ?? []).flatMap((metric) => userMetricValues(metric)),
  ]);
}

export interface Metric {
  id: string;
  value?: string;
}

/** Without names the list of what there is; with names those values, unknown ones left out. */
export function selectMetrics(values: MetricValues, names: readonly string[] | undefined): Metric[] {
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
  members: readonly MetricValues[],
  names: readonly string[] | undefined,
  agg: readonly string[] | undefined,
): object[] {
  const known = [...new Set(members.flatMap((member) => [...member.keys()]))];
  if (names === undefined) return known.map((id) => ({ id }));
  const wanted = (Object.keys(AGGREGATIONS) as Aggregation[]).filter((name) => agg === undefined || agg.includes(name));
  return names
    .filter((name) => known.includes(name))
    .flatMap((id) => {
      const values = members.map((member) => Number(member.get(id) ?? NaN)).filter((value) => !Number.isNaN(value));
      // Texts cannot be added up.
      if (values.length === 0) return [];
      return [{ id, ...Object.fromEntries(wanted.map((name) => [name, AGGREGATIONS[name](values)])) }];
    });
}
