/** Metrics of a subtask by Flink's names, from the figures that it counts and those that its functions registered. */
import type { OperatorFigures, TaskFindings, UserMetric } from '../wire/protocols/task-findings.js';
import type { TaskMetrics } from '../wire/protocols/taskmanager-jobmanager.js';

/** How far the subtask has come in event time is no count. */
type EventTime = 'inputWatermarkMs' | 'outputWatermarkMs' | 'outputWatermarkSinceMs' | 'outputIdle';
type Figure = Exclude<keyof TaskMetrics, 'executionId' | 'blockedMs' | EventTime | keyof TaskFindings>;

/** Flink's name of each figure, and of its rate. */
const FIGURES: Record<Figure, { total: string; rate: string }> = {
  recordsIn: { total: 'numRecordsIn', rate: 'numRecordsInPerSecond' },
  recordsOut: { total: 'numRecordsOut', rate: 'numRecordsOutPerSecond' },
  bytesIn: { total: 'numBytesIn', rate: 'numBytesInPerSecond' },
  bytesOut: { total: 'numBytesOut', rate: 'numBytesOutPerSecond' },
  busyMs: { total: 'accumulateBusyTimeMs', rate: 'busyTimeMsPerSecond' },
  backPressuredMs: { total: 'accumulateBackPressuredTimeMs', rate: 'backPressuredTimeMsPerSecond' },
  idleMs: { total: 'accumulateIdleTimeMs', rate: 'idleTimeMsPerSecond' },
};
const NAMED = Object.entries(FIGURES) as [Figure, { total: string; rate: string }][];
const OPERATOR_FIGURES = ['recordsIn', 'recordsOut', 'bytesIn', 'bytesOut'] as const;

export interface MetricsSample {
  readonly timeMs: number;
  readonly metrics: TaskMetrics;
}

export interface Rates {
  busyTimeMsPerSecond: number;
  backPressuredTimeMsPerSecond: number;
  idleTimeMsPerSecond: number;
  [name: string]: number;
}

/** Per second, between two samples; 0 while there is only one. */
export function ratesOf(latest: MetricsSample | undefined, previous: MetricsSample | undefined): Rates {
  const seconds = secondsBetween(latest, previous);
  const rates: Rates = { busyTimeMsPerSecond: 0, backPressuredTimeMsPerSecond: 0, idleTimeMsPerSecond: 0 };
  for (const [figure, { rate }] of NAMED) {
    rates[rate] = perSecond(latest?.metrics[figure], previous?.metrics[figure], seconds);
  }
  return rates;
}

/** Totals and rates of one subtask, by name. */
export function taskFigures(
  latest: MetricsSample | undefined,
  previous: MetricsSample | undefined,
): ReadonlyMap<string, number> {
  return new Map([
    ...NAMED.map(([figure, { total }]) => [total, latest?.metrics[figure] ?? 0] as const),
    ...Object.entries(ratesOf(latest, previous)),
  ]);
}

export interface NamedOperatorFigures {
  readonly operatorId: string;
  readonly name: string;
  /** Totals and rates, by name. */
  readonly values: ReadonlyMap<string, number>;
}

/** What each operator of a subtask has taken and emitted, head first. */
export function operatorFigures(
  latest: MetricsSample | undefined,
  previous: MetricsSample | undefined,
): NamedOperatorFigures[] {
  const seconds = secondsBetween(latest, previous);
  return (latest?.metrics.operators ?? []).map((operator, index) => {
    const before: OperatorFigures | undefined = previous?.metrics.operators?.[index];
    const values = OPERATOR_FIGURES.flatMap((figure): [string, number][] => [
      [FIGURES[figure].total, operator[figure]],
      [FIGURES[figure].rate, perSecond(operator[figure], before?.[figure], seconds)],
    ]);
    return { operatorId: operator.operatorId, name: operator.name, values: new Map(values) };
  });
}

/** An operator's name as part of a metric's. */
export function operatorScope(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_');
}

function secondsBetween(latest: MetricsSample | undefined, previous: MetricsSample | undefined): number {
  return latest === undefined || previous === undefined ? 0 : (latest.timeMs - previous.timeMs) / 1000;
}

function perSecond(latest: number | undefined, previous: number | undefined, seconds: number): number {
  return seconds <= 0 ? 0 : ((latest ?? 0) - (previous ?? 0)) / seconds;
}

/**
 * A registered metric by the names under which Flink's REST API shows it: a histogram has one for each of its figures.
 * `<operator>.<groups>.<name>`, where what is no letter, digit or _ is _ in the operator's name.
 */
export function userMetricValues(metric: UserMetric): [id: string, value: number | string][] {
  const groups = metric.groups.flatMap(({ name, value }) => (value === undefined ? [name] : [name, value]));
  const id = [operatorScope(metric.operator), ...groups, metric.name].join('.');
  const { type, statistics = {} } = metric;
  const value = typeof metric.value === 'boolean' ? String(metric.value) : metric.value;
  if (type !== 'histogram') return [[id, value]];
  return [
    [`${id}_count`, value],
    ...Object.entries(statistics).map(([name, figure]): [string, number] => [
      `${id}_${name === 'p50' ? 'median' : name}`,
      figure,
    ]),
  ];
}
