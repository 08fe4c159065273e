/** Weft's own paths: files of artifacts, submission of a JobGraph, the graphs of a job. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { WeftError } from '../../common/errors/index.js';
import { requireFit } from '../../common/wire/index.js';
import { checkpointOverview } from './checkpoint-views.js';
import { pathParam, queryParam } from './conventions.js';
import { jobOf, vertexOf, type RestContext } from './context.js';
import type { Execution } from '../job/execution.js';
import { memoryOf } from './memory.js';
import { graphsOf } from './graphs.js';
import { watermarksOf } from './watermarks.js';

const SubmitSchema = Type.Object({ jobGraph: Type.Unknown() });

export function weftRoutes(app: FastifyInstance, context: RestContext): void {
  const { jobManager } = context;
  const { blobs } = jobManager;
  app.put('/weft/v1/blobs/:sha256', async (request, reply) => {
    const content = request.body;
    if (!Buffer.isBuffer(content)) {
      throw new WeftError('HTTP_BAD_REQUEST', 'A file is uploaded as application/octet-stream.');
    }
    await blobs.put(content, pathParam(request, 'sha256'));
    return reply.code(201).send({});
  });
  app.get('/weft/v1/blobs/:sha256', async (request, reply) => {
    const hash = pathParam(request, 'sha256');
    const path = blobs.pathOf(hash);
    const { size } = await stat(path).catch((cause: unknown) => {
      throw new WeftError('BLOB_NOT_FOUND', `There is no file ${hash} in the store.`, { cause });
    });
    return reply.type('application/octet-stream').header('content-length', size).send(createReadStream(path));
  });
  app.post('/weft/v1/jobs', async (request, reply) => {
    requireFit(SubmitSchema, request.body, 'HTTP_BAD_REQUEST', 'The body');
    const jobId = await jobManager.submit((request.body as { jobGraph: unknown }).jobGraph);
    return reply.code(202).send({ jobId });
  });
  app.get('/weft/v1/jobs/:jobid/results', (request) => {
    context.onClientAsked();
    const [node, from] = ['node', 'from'].map((name) => Number(queryParam(request, name)));
    if (!Number.isSafeInteger(node) || !Number.isSafeInteger(from) || from < 0) {
      throw new WeftError('HTTP_BAD_REQUEST', 'The parameters node and from are whole numbers.');
    }
    return jobOf(context, request).results(node, from);
  });
  // As Flink's path, but of jobs without checkpoints too.
  app.get('/weft/v1/jobs/:jobid/checkpoints', (request) => checkpointOverview(jobOf(context, request)));
  app.get('/weft/v1/jobs/:jobid/watermarks', (request) => watermarksOf(jobOf(context, request)));
  app.get('/weft/v1/jobs/:jobid/vertices/:vertexid/findings', (request) => {
    const job = jobOf(context, request);
    const vertex = vertexOf(job, request);
    return { id: vertex.id, subtasks: job.executionsOf(vertex).map(findingsOf) };
  });
  app.get('/weft/v1/jobs/:jobid/graphs', (request) => {
    const job = jobOf(context, request);
    return { ...graphsOf(job, jobManager.clock.nowMs()), memory: memoryOf(job, jobManager.taskManagers.list()) };
  });
  app.get('/weft/v1/jobs/:jobid/memory', (request) => ({
    taskManagers: memoryOf(jobOf(context, request), jobManager.taskManagers.list()),
  }));
}

/**
 * Keys with a great share of a subtask's records, fields that only the slow encoding carries, and what each operator has taken and
 * emitted, head first.
 */
function findingsOf({ subtask, latest }: Execution): object {
  const { hotKeys = [], fallbacks = [], operators = [] } = latest?.metrics ?? {};
  return { subtask, 'hot-keys': hotKeys, fallbacks, operators };
}
