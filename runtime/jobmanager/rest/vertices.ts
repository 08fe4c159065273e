/** `/jobs/:jobid/vertices` and below. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { JobVertex } from '../../graph/job-graph.js';
import type { Execution } from '../job/execution.js';
import type { JobMaster } from '../job/job-master.js';
import { mergeAccumulators } from '../../graph/accumulator-states.js';
import { userAccumulator } from './accumulators.js';
import { indexParam, queryList, RestError } from './conventions.js';
import { jobOf, subtaskOf, vertexOf, type RestContext } from './context.js';
import { aggregateMetrics, selectMetrics, subtaskMetrics, type MetricValues } from './metrics.js';
import { inputWatermarks } from './watermarks.js';
import { backpressure, subtaskDetails, subtaskTimes, vertexDetails, vertexTaskManagers } from './vertex-views.js';

export function vertexRoutes(app: FastifyInstance, context: RestContext): void {
  const { clock } = context.jobManager;
  const base = '/jobs/:jobid/vertices/:vertexid';
  const route = (
    path: string,
    answer: (job: JobMaster, vertex: JobVertex, request: FastifyRequest) => unknown,
  ): void => {
    app.get(`${base}${path}`, (request) => {
      const job = jobOf(context, request);
      return answer(job, vertexOf(job, request), request);
    });
  };
  route('', (job, vertex) => vertexDetails(job, vertex, clock.nowMs()));
  route('/subtasktimes', (job, vertex) => subtaskTimes(job, vertex, clock.nowMs()));
  route('/taskmanagers', (job, vertex) => vertexTaskManagers(job, vertex, clock.nowMs()));
  route('/backpressure', (job, vertex) => backpressure(job, vertex, clock.nowMs()));
  route('/watermarks', inputWatermarks);
  route('/accumulators', (job, vertex) => ({
    id: vertex.id,
    'user-accumulators': mergeAccumulators(job.executionsOf(vertex).flatMap((execution) => execution.accumulators)).map(
      userAccumulator,
    ),
  }));
  route('/metrics', (job, vertex, request) => selectMetrics(vertexMetrics(job, vertex), queryList(request, 'get')));
  route('/jm-operator-metrics', (_job, _vertex, request) => selectMetrics(new Map(), queryList(request, 'get')));
  route('/subtasks/metrics', (job, vertex, request) => {
    const subtasks = queryList(request, 'subtasks')?.map(Number);
    const members = job.executionsOf(vertex).filter(({ subtask }) => subtasks?.includes(subtask) ?? true);
    return aggregateMetrics(members.map(subtaskMetrics), queryList(request, 'get'), queryList(request, 'agg'));
  });
  route('/subtasks/accumulators', (job, vertex) => ({
    id: vertex.id,
    parallelism: vertex.parallelism,
    subtasks: job.executionsOf(vertex).map(({ subtask, attempt, place, accumulators }) => ({
      subtask,
      attempt,
      host: place?.host ?? '(unassigned)',
      endpoint: place?.endpoint ?? '(unassigned)',
      'user-accumulators': accumulators.map(userAccumulator),
    })),
  }));
  route('/subtasks/:subtaskindex', (job, vertex, request) =>
    subtaskDetails(subtaskOf(job, vertex, request), clock.nowMs()),
  );
  route('/subtasks/:subtaskindex/metrics', (job, vertex, request) =>
    selectMetrics(subtaskMetrics(subtaskOf(job, vertex, request)), queryList(request, 'get')),
  );
  route('/subtasks/:subtaskindex/attempts/:attempt', (job, vertex, request) =>
    subtaskDetails(attemptOf(job, vertex, request), clock.nowMs()),
  );
  route('/subtasks/:subtaskindex/attempts/:attempt/accumulators', (job, vertex, request) => {
    const { subtask, attempt, executionId, accumulators } = attemptOf(job, vertex, request);
    return { subtask, attempt, id: executionId, 'user-accumulators': accumulators.map(userAccumulator) };
  });
}

/** @throws a RestError 400, or 404 for an attempt that is not the current one */
function attemptOf(job: JobMaster, vertex: JobVertex, request: FastifyRequest): Execution {
  const execution = subtaskOf(job, vertex, request);
  const attempt = indexParam(request, 'attempt');
  if (execution.attempt === attempt) return execution;
  throw new RestError(404, `Subtask ${execution.subtask} of vertex ${vertex.id} has no attempt ${attempt}.`);
}

/** `<subtask>.<metric>` of all subtasks. */
function vertexMetrics(job: JobMaster, vertex: JobVertex): MetricValues {
  const values = new Map<string, number | string>();
  for (const execution of job.executionsOf(vertex)) {
    for (const [name, value] of subtaskMetrics(execution)) values.set(`${execution.subtask}.${name}`, value);
  }
  return values;
}
