/** `/jobs` and below, without vertices. */
import type { FastifyInstance } from 'fastify';
import { cancelOf } from './cancel.js';
import { userAccumulator } from './accumulators.js';
import { hexParam, queryList, queryParam, RestError } from './conventions.js';
import { jobOf, type RestContext } from './context.js';
import {
  executionResult,
  jobConfig,
  jobDetails,
  jobExceptions,
  jobOverview,
  messageOf,
  netRuntime,
} from './job-views.js';
import { aggregateMetrics, selectMetrics } from './metrics.js';
import { jobMetrics } from '../metric-families.js';
import { restPlan } from '../../graph/plan-json.js';

/** Flink's default of `maxExceptions`. */
const DEFAULT_MAX_EXCEPTIONS = 20;

export function jobRoutes(app: FastifyInstance, context: RestContext): void {
  const { jobManager } = context;
  const { dispatcher, clock } = jobManager;
  app.get('/jobs', () => ({ jobs: dispatcher.list().map(({ jobId, state }) => ({ id: jobId, status: state })) }));
  app.get('/jobs/overview', () => ({ jobs: dispatcher.list().map((job) => jobOverview(job, clock.nowMs())) }));
  app.get('/jobs/:jobid', (request) => {
    context.onClientAsked();
    return jobDetails(jobOf(context, request), clock.nowMs());
  });
  app.get('/jobs/:jobid/status', (request) => {
    context.onClientAsked();
    const job = jobOf(context, request);
    return { status: job.state, ...messageOf(job) };
  });
  app.get('/jobs/:jobid/plan', (request) => ({ plan: restPlan(jobOf(context, request).jobGraph) }));
  app.get('/jobs/:jobid/config', (request) => jobConfig(jobOf(context, request)));
  app.get('/jobs/:jobid/exceptions', (request) => {
    const max = Number(queryParam(request, 'maxExceptions') ?? DEFAULT_MAX_EXCEPTIONS);
    if (!Number.isInteger(max) || max < 0) throw new RestError(400, 'maxExceptions is not a whole number.');
    return jobExceptions(jobOf(context, request), max);
  });
  app.get('/jobs/:jobid/accumulators', (request) => {
    const accumulators = jobOf(context, request).accumulators();
    return {
      'job-accumulators': [],
      'user-task-accumulators': accumulators.map(userAccumulator),
      'serialized-user-task-accumulators': {},
    };
  });
  app.get('/jobs/:jobid/metrics', (request) =>
    selectMetrics(jobMetrics(jobOf(context, request), clock.nowMs()), queryList(request, 'get')),
  );
  app.get('/jobs/metrics', (request) => {
    const ids = queryList(request, 'jobs');
    const members = dispatcher.list().filter(({ jobId }) => ids?.includes(jobId) ?? true);
    const metrics = members.map((job) => jobMetrics(job, clock.nowMs()));
    return aggregateMetrics(metrics, queryList(request, 'get'), queryList(request, 'agg'));
  });
  resultRoute(app, context);
  cancelRoutes(app, context);
}

function resultRoute(app: FastifyInstance, context: RestContext): void {
  const { dispatcher, clock } = context.jobManager;
  app.get('/jobs/:jobid/execution-result', (request, reply) => {
    context.onClientAsked();
    const jobId = hexParam(request, 'jobid');
    const job = dispatcher.find(jobId);
    const result = dispatcher.resultOf(jobId);
    if (result === undefined) return { status: { id: 'IN_PROGRESS' }, ...messageOf(dispatcher.get(jobId)) };
    reply.raw.once('finish', () => {
      context.onResultFetched();
    });
    const failure = result.state === 'FAILED' ? job?.failures.latest : undefined;
    return executionResult(result, failure, job === undefined ? 0 : netRuntime(job, clock.nowMs()));
  });
}

function cancelRoutes(app: FastifyInstance, context: RestContext): void {
  app.patch('/jobs/:jobid', (request, reply) => {
    cancelOf(jobOf(context, request), queryParam(request, 'mode') ?? 'cancel');
    return reply.code(202).send({});
  });
  // Proxies in front of a JobManager may forward nothing but GET.
  app.get('/jobs/:jobid/yarn-cancel', (request, reply) => {
    cancelOf(jobOf(context, request), 'cancel');
    return reply.code(202).send({});
  });
  app.get('/jobs/:jobid/yarn-stop', (request) => {
    cancelOf(jobOf(context, request), 'stop');
  });
}
