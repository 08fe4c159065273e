/** `/jobs/:jobid/checkpoints` and below: what was taken, and how. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { CheckpointRecord } from '../checkpoint/index.js';
import type { JobMaster } from '../job/job-master.js';
import { checkpointConfig, checkpointDetails, checkpointOverview, subtaskDetails } from './checkpoint-views.js';
import { RestError, hexParam, indexParam } from './conventions.js';
import { jobOf, type RestContext } from './context.js';

export function checkpointRoutes(app: FastifyInstance, context: RestContext): void {
  app.get('/jobs/:jobid/checkpoints', (request) => checkpointOverview(checkpointed(context, request)));
  app.get('/jobs/:jobid/checkpoints/config', (request, reply) =>
    reply.type('application/json').send(checkpointConfig(checkpointed(context, request).checkpoints.settings)),
  );
  app.get('/jobs/:jobid/checkpoints/details/:checkpointid', (request) => checkpointDetails(recordOf(context, request)));
  app.get('/jobs/:jobid/checkpoints/details/:checkpointid/subtasks/:vertexid', (request) => {
    const vertexId = hexParam(request, 'vertexid');
    const details = subtaskDetails(recordOf(context, request), vertexId);
    if (details === undefined) throw new RestError(404, `Vertex ${vertexId} took no part in the checkpoint.`);
    return details;
  });
}

/** A job that takes checkpoints, or has taken one. Flink's pages take a 404 for "not enabled". */
function checkpointed(context: RestContext, request: FastifyRequest): JobMaster {
  const job = jobOf(context, request);
  const { settings, history } = job.checkpoints;
  if (settings.intervalMs === undefined && history.counts.total === 0) {
    throw new RestError(404, `Checkpointing is not enabled for this job (${job.jobId}).`);
  }
  return job;
}

function recordOf(context: RestContext, request: FastifyRequest): CheckpointRecord {
  const id = indexParam(request, 'checkpointid');
  const record = checkpointed(context, request).checkpoints.history.find(id);
  if (record === undefined) {
    throw new RestError(404, `Could not find checkpointing statistics for checkpoint ${id}.`);
  }
  return record;
}
