/** Vertices and subtasks in the shapes of Flink's REST API. Pure functions of the job and the time. */
import type { JobVertex } from '../../graph/job-graph.js';
import type { Execution } from '../job/execution.js';
import type { JobMaster } from '../job/job-master.js';
import { EXECUTION_STATES, aggregateStates } from '../job/states.js';
import { aggregatedOf, countStates, ioMetricsOf, statusDurations, timesOf } from './figures.js';
import { ratesOf } from '../../common/metrics/index.js';

/** What Flink shows for a subtask that has no slot yet. */
const UNASSIGNED = '(unassigned)';

export function subtaskDetails(execution: Execution, nowMs: number): object {
  const { subtask, state, attempt, place } = execution;
  const times = timesOf([execution], nowMs);
  return {
    subtask,
    status: state,
    attempt,
    host: place?.host ?? UNASSIGNED,
    endpoint: place?.endpoint ?? UNASSIGNED,
    ...times,
    metrics: ioMetricsOf([execution]),
    'taskmanager-id': place?.resourceId ?? UNASSIGNED,
    'status-duration': statusDurations(execution, nowMs),
    start_time: times['start-time'],
  };
}

export function vertexDetails(job: JobMaster, vertex: JobVertex, nowMs: number): object {
  const executions = job.executionsOf(vertex);
  return {
    id: vertex.id,
    name: vertex.name,
    parallelism: vertex.parallelism,
    maxParallelism: vertex.maxParallelism,
    now: nowMs,
    subtasks: executions.map((execution) => subtaskDetails(execution, nowMs)),
    aggregated: aggregatedOf(executions, nowMs),
  };
}

export function subtaskTimes(job: JobMaster, vertex: JobVertex, nowMs: number): object {
  return {
    id: vertex.id,
    name: vertex.name,
    now: nowMs,
    subtasks: job.executionsOf(vertex).map((execution) => {
      const timestamps: Record<string, number> = { RECONCILING: 0 };
      for (const state of EXECUTION_STATES) timestamps[state] = execution.enteredMs[state] ?? 0;
      const startMs = execution.enteredMs.SCHEDULED;
      const endMs = execution.terminal ? (execution.enteredMs[execution.state] ?? nowMs) : nowMs;
      return {
        subtask: execution.subtask,
        host: execution.place?.host ?? UNASSIGNED,
        endpoint: execution.place?.endpoint ?? UNASSIGNED,
        duration: startMs === undefined ? -1 : endMs - startMs,
        timestamps,
      };
    }),
  };
}

export function vertexTaskManagers(job: JobMaster, vertex: JobVertex, nowMs: number): object {
  const byTaskManager = new Map<string, Execution[]>();
  for (const execution of job.executionsOf(vertex)) {
    const resourceId = execution.place?.resourceId ?? UNASSIGNED;
    byTaskManager.set(resourceId, [...(byTaskManager.get(resourceId) ?? []), execution]);
  }
  return {
    id: vertex.id,
    name: vertex.name,
    now: nowMs,
    taskmanagers: [...byTaskManager].map(([resourceId, executions]) => {
      const endpoint = executions[0]?.place?.endpoint ?? UNASSIGNED;
      const states = executions.map(({ state }) => state);
      return {
        host: endpoint,
        endpoint,
        status: aggregateStates(states),
        ...timesOf(executions, nowMs),
        metrics: ioMetricsOf(executions),
        'status-counts': countStates(states),
        'taskmanager-id': resourceId,
        aggregated: aggregatedOf(executions, nowMs),
      };
    }),
  };
}

type Level = 'ok' | 'low' | 'high';

/** Flink's thresholds on the share of time spent waiting for output buffers. */
function levelOf(ratio: number): Level {
  if (ratio <= 0.1) return 'ok';
  return ratio <= 0.5 ? 'low' : 'high';
}

export function backpressure(job: JobMaster, vertex: JobVertex, nowMs: number): object {
  const subtasks = job.executionsOf(vertex).map((execution) => {
    const rates = ratesOf(execution.latest, execution.previous);
    const ratio = share(rates.backPressuredTimeMsPerSecond);
    return {
      subtask: execution.subtask,
      backpressureLevel: levelOf(ratio),
      ratio,
      idleRatio: share(rates.idleTimeMsPerSecond),
      busyRatio: share(rates.busyTimeMsPerSecond),
      'backpressure-level': levelOf(ratio),
    };
  });
  const level = levelOf(Math.max(0, ...subtasks.map(({ ratio }) => ratio)));
  return { status: 'ok', backpressureLevel: level, 'end-timestamp': nowMs, subtasks, 'backpressure-level': level };
}

function share(msPerSecond: number): number {
  return Math.min(1, Math.round(msPerSecond) / 1000);
}
