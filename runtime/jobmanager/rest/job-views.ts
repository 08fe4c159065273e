/** A job in the shapes of Flink's REST API. Pure functions of the job and the time. */
import { createHash } from 'node:crypto';
import type { StoredResult } from '../job-store.js';
import { exceptionNameOf, stackTraceOf, type Failure, type FailureEntry } from '../job/failures.js';
import type { JobMaster } from '../job/job-master.js';
import { JOB_STATES, aggregateStates, isTerminalJob, type JobState } from '../job/states.js';
import { describeConfigured } from '../failover/configured-strategy.js';
import { countStates, ioMetricsOf, timesOf, type Times } from './figures.js';
import { restPlan } from '../../graph/plan-json.js';

function jobTimes({ state, enteredMs }: JobMaster, nowMs: number): Times {
  const startMs = enteredMs.INITIALIZING ?? nowMs;
  const endMs = isTerminalJob(state) ? (enteredMs[state] ?? nowMs) : -1;
  return { 'start-time': startMs, 'end-time': endMs, duration: (endMs === -1 ? nowMs : endMs) - startMs };
}

function lastModification(job: JobMaster): number {
  const moments = [...Object.values(job.enteredMs)];
  for (const { enteredMs } of job.allExecutions()) moments.push(...Object.values(enteredMs));
  return Math.max(...moments);
}

/** One line of `/jobs/overview`. `status-message` is Weft's own: what the job waits for, or who keeps it. */
export function jobOverview(job: JobMaster, nowMs: number): unknown {
  const executions = job.allExecutions();
  const tasks: Record<string, number> = { total: executions.length };
  for (const [state, count] of Object.entries(countStates(executions.map(({ state: it }) => it)))) {
    tasks[state.toLowerCase()] = count;
  }
  return {
    jid: job.jobId,
    name: job.name,
    ...jobTimes(job, nowMs),
    state: job.state,
    'last-modification': lastModification(job),
    tasks,
    ...messageOf(job),
  };
}

export function messageOf(job: JobMaster): { 'status-message'?: string } {
  const message = job.waitingFor ?? job.blocked;
  return message === undefined ? {} : { 'status-message': message };
}

/** When each state was entered; 0 for one that never was. */
function timestampsOf(job: JobMaster): Record<string, number> {
  const stamps: Record<string, number> = { SUSPENDED: 0, RECONCILING: 0 };
  for (const state of JOB_STATES) stamps[state] = job.enteredMs[state] ?? 0;
  return stamps;
}

export function jobDetails(job: JobMaster, nowMs: number): unknown {
  const { jobGraph } = job;
  const statuses = jobGraph.vertices.map((vertex) =>
    aggregateStates(job.executionsOf(vertex).map(({ state }) => state)),
  );
  const vertices = jobGraph.vertices.map((vertex, n) => {
    const executions = job.executionsOf(vertex);
    return {
      id: vertex.id,
      slotSharingGroupId: slotSharingGroupId(job.jobId, vertex.slotSharingGroup),
      name: vertex.name,
      maxParallelism: vertex.maxParallelism,
      parallelism: vertex.parallelism,
      status: statuses[n],
      ...timesOf(executions, nowMs),
      tasks: countStates(executions.map(({ state }) => state)),
      metrics: ioMetricsOf(executions),
    };
  });
  return {
    jid: job.jobId,
    name: job.name,
    isStoppable: false,
    state: job.state,
    'job-type': jobGraph.settings.runtimeMode ?? 'STREAMING',
    ...jobTimes(job, nowMs),
    maxParallelism: jobGraph.settings.maxParallelism,
    now: nowMs,
    timestamps: timestampsOf(job),
    vertices,
    'status-counts': countStates(statuses),
    plan: restPlan(jobGraph),
    ...messageOf(job),
  };
}

/** Flink gives groups random ids; ours follow from the job and the group's name. */
function slotSharingGroupId(jobId: string, group: string): string {
  return createHash('sha256').update(`${jobId}/${group}`).digest('hex').slice(0, 32);
}

export function jobConfig(job: JobMaster): unknown {
  const { settings } = job.jobGraph;
  return {
    jid: job.jobId,
    name: job.name,
    'execution-config': {
      'execution-mode': 'PIPELINED',
      'restart-strategy': describeConfigured(job.jobGraph, job.strategy),
      'job-parallelism': settings.parallelism,
      'object-reuse-mode': settings.objectReuse,
      'user-config': settings.globalJobParameters,
    },
  };
}

const APPLICATION_STATUS: Record<StoredResult['state'], string> = {
  FINISHED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELED: 'CANCELED',
};

/** `error`, the failure with its code, hint and causes, is Weft's own. */
export function executionResult(
  result: StoredResult,
  failure: FailureEntry | undefined,
  netRuntimeMs: number,
): unknown {
  return {
    status: { id: 'COMPLETED' },
    'job-execution-result': {
      id: result.jobId,
      'application-status': APPLICATION_STATUS[result.state],
      'accumulator-results': Object.fromEntries((result.accumulators ?? []).map((state) => [state.name, state])),
      'net-runtime': netRuntimeMs,
      ...(result.error === undefined
        ? {}
        : {
            'failure-cause': {
              class: failure === undefined ? result.error.code : exceptionNameOf(failure.root),
              'stack-trace': failure === undefined ? `${result.diagnostics}\n` : stackTraceOf(failure),
              'serialized-throwable': '',
              error: result.error,
            },
          }),
    },
  };
}

export function netRuntime(job: JobMaster, nowMs: number): number {
  return jobTimes(job, nowMs).duration;
}

/** @param max how many entries at most, newest first */
export function jobExceptions(job: JobMaster, max: number): unknown {
  const { entries, truncated } = job.failures.list();
  const latest = entries[0];
  const shown = entries.slice(0, max);
  return {
    'root-exception': latest === undefined ? null : stackTraceOf(latest),
    timestamp: latest?.root.timeMs ?? null,
    'all-exceptions': [],
    truncated: false,
    exceptionHistory: {
      entries: shown.map((entry) => ({
        ...exceptionEntry(entry),
        concurrentExceptions: entry.concurrent.map((failure) =>
          exceptionEntry({ root: failure, postscript: undefined }),
        ),
      })),
      truncated: truncated || shown.length < entries.length,
    },
  };
}

function exceptionEntry(entry: Pick<FailureEntry, 'root' | 'postscript'>): object {
  const { root } = entry;
  return {
    exceptionName: exceptionNameOf(root),
    stacktrace: stackTraceOf(entry),
    timestamp: root.timeMs,
    failureLabels: {},
    ...(root.taskName === undefined ? {} : { taskName: root.taskName }),
    ...placeOf(root),
  };
}

function placeOf({ place }: Failure): object {
  if (place === undefined) return {};
  return { location: place.endpoint, endpoint: place.endpoint, taskManagerId: place.resourceId };
}

/** Counts for `/overview`. */
export function countJobs(states: readonly JobState[]): Record<string, number> {
  const count = (state: JobState): number => states.filter((it) => it === state).length;
  return {
    'jobs-running': states.filter((state) => !isTerminalJob(state)).length,
    'jobs-finished': count('FINISHED'),
    'jobs-cancelled': count('CANCELED'),
    'jobs-failed': count('FAILED'),
  };
}
