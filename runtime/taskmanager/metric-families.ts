/** The metrics of a TaskManager and its subtasks for Prometheus, by Flink's names and labels. */
import {
  metricName,
  operatorFigures,
  processFamilies,
  taskFigures,
  type MetricFamily,
  type MetricsSample,
  type MetricValue,
} from '../common/metrics/index.js';
import type { UserMetric } from '../common/wire/protocols/task-findings.js';
import type { TaskDescriptor } from '../common/wire/protocols/taskmanager-jobmanager.js';
import type { JobGraph } from '../graph/job-graph.js';

/** A subtask that runs here, with its two latest samples. */
export interface MeasuredTask {
  readonly jobGraph: JobGraph;
  readonly descriptor: TaskDescriptor;
  readonly latest: MetricsSample;
  readonly previous: MetricsSample | undefined;
}

type Labels = Readonly<Record<string, string>>;

const TASK_SCOPE = 'flink_taskmanager_job_task';

export interface TaskManagerFigures {
  readonly labels: Labels;
  readonly segmentBytes: number;
  readonly usedSegments: number;
  readonly totalSegments: number;
  readonly tasks: readonly MeasuredTask[];
}

export function taskManagerFamilies(figures: TaskManagerFigures): MetricFamily[] {
  const { labels, segmentBytes, usedSegments, totalSegments, tasks } = figures;
  const families = new Families();
  for (const family of processFamilies('flink_taskmanager', labels)) families.add(family);
  const shuffle = {
    UsedMemory: usedSegments * segmentBytes,
    TotalMemory: totalSegments * segmentBytes,
    UsedMemorySegments: usedSegments,
    TotalMemorySegments: totalSegments,
  };
  for (const [name, value] of Object.entries(shuffle)) {
    families.gauge(`flink_taskmanager_Status_Shuffle_Netty_${name}`, name, { labels, value });
  }
  for (const task of tasks) {
    const its = { ...labels, ...taskLabels(task) };
    for (const [name, value] of taskFigures(task.latest, task.previous)) {
      families.gauge(`${TASK_SCOPE}_${name}`, name, { labels: its, value });
    }
    for (const [name, value] of watermarksOf(task))
      families.gauge(`${TASK_SCOPE}_${name}`, name, { labels: its, value });
    for (const { operatorId, name: operator, values } of operatorFigures(task.latest, task.previous)) {
      const of = { ...its, operator_id: operatorId, operator_name: operator };
      for (const [name, value] of values) {
        families.gauge(`${TASK_SCOPE}_operator_${name}`, name, { labels: of, value });
      }
    }
    for (const metric of task.latest.metrics.userMetrics ?? []) addUserMetric(families, metric, its, task);
  }
  return families.list();
}

/** How far the subtask has come in event time, at both its ends; what Flink starts and ends with is 64 bits wide. */
function watermarksOf({ latest: { metrics } }: MeasuredTask): [string, number][] {
  const wide = (ms: number): number => (Math.abs(ms) === Number.MAX_SAFE_INTEGER ? Math.sign(ms) * 2 ** 63 : ms);
  const { inputWatermarkMs: input, outputWatermarkMs: output } = metrics;
  return [
    ...(input === undefined ? [] : [['currentInputWatermark', wide(input)] satisfies [string, number]]),
    ...(output === undefined ? [] : [['currentOutputWatermark', wide(output)] satisfies [string, number]]),
  ];
}

function taskLabels({ jobGraph, descriptor }: MeasuredTask): Labels {
  const vertex = jobGraph.vertices.find(({ id }) => id === descriptor.vertexId);
  return {
    job_id: jobGraph.jobId,
    job_name: jobGraph.name,
    task_id: descriptor.vertexId,
    task_name: vertex?.name ?? '',
    task_attempt_id: descriptor.executionId,
    task_attempt_num: String(descriptor.attempt),
    subtask_index: String(descriptor.subtask),
  };
}

/** Groups with a value are labels; the names of all groups are part of the metric's name. Texts are left out. */
function addUserMetric(families: Families, metric: UserMetric, task: Labels, { jobGraph }: MeasuredTask): void {
  const { operator, groups, name, type, statistics = {} } = metric;
  const value = typeof metric.value === 'boolean' ? Number(metric.value) : Number(metric.value);
  if (typeof metric.value === 'string' && Number.isNaN(value) && metric.value !== 'NaN') return;
  const node = jobGraph.streamNodes.find((candidate) => candidate.name === operator);
  const labels = {
    ...task,
    operator_id: node?.operatorId ?? '',
    operator_name: operator,
    ...Object.fromEntries(groups.flatMap((group) => (group.value === undefined ? [] : [[group.name, group.value]]))),
  };
  const full = [`${TASK_SCOPE}_operator`, ...groups.map((group) => group.name), name].join('_');
  if (type !== 'histogram') {
    families.gauge(full, name, { labels, value });
    return;
  }
  const quantiles = { p50: '0.5', p75: '0.75', p95: '0.95', p98: '0.98', p99: '0.99', p999: '0.999' };
  const samples = Object.entries(quantiles).map(([key, quantile]): MetricValue => ({
    labels: { ...labels, quantile },
    value: statistics[key] ?? NaN,
  }));
  families.add({ name: full, help: name, type: 'summary', samples: [{ labels, value, suffix: '_count' }, ...samples] });
}

/** Samples of one name belong together, whichever subtask they are of. */
class Families {
  private readonly byName = new Map<string, MetricFamily & { samples: MetricValue[] }>();

  gauge(name: string, help: string, sample: MetricValue): void {
    this.add({ name, help, type: 'gauge', samples: [sample] });
  }

  add({ name, help, type, samples }: MetricFamily): void {
    const key = metricName(name);
    const family = this.byName.get(key);
    if (family === undefined) this.byName.set(key, { name, help, type, samples: [...samples] });
    else if (family.type === type) family.samples.push(...samples);
  }

  list(): MetricFamily[] {
    return [...this.byName.values()];
  }
}
