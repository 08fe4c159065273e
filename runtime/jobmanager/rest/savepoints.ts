/** Savepoints over REST: taking one, stopping with one, deleting one; and checkpoints on request. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type, type Static, type TSchema } from 'typebox';
import { disposeCheckpoint } from '../../checkpoint/index.js';
import { requireFit } from '../../common/wire/index.js';
import type { JobMaster } from '../job/job-master.js';
import { addressOf } from './checkpoint-views.js';
import { RestError, hexParam } from './conventions.js';
import { jobOf, type RestContext } from './context.js';
import { Operations } from './operations.js';

/** Fields that are not filled in come as null, as Flink's clients send them. */
function field<T extends TSchema>(type: T) {
  return Type.Optional(Type.Union([type, Type.Null()]));
}

const TRIGGER_ID = field(Type.String({ pattern: '^[0-9a-f]{32}$' }));

/** Checked, and no more than that: there is one format. */
const FORMAT = field(Type.Union([Type.Literal('CANONICAL'), Type.Literal('NATIVE')]));
const CHECKPOINT_TYPE = field(
  Type.Union([Type.Literal('CONFIGURED'), Type.Literal('FULL'), Type.Literal('INCREMENTAL')]),
);

const SavepointSchema = Type.Object({
  formatType: FORMAT,
  'target-directory': field(Type.String()),
  'cancel-job': field(Type.Boolean()),
  triggerId: TRIGGER_ID,
});
const StopSchema = Type.Object({
  formatType: FORMAT,
  targetDirectory: field(Type.String()),
  drain: field(Type.Boolean()),
  triggerId: TRIGGER_ID,
});
const CheckpointSchema = Type.Object({ checkpointType: CHECKPOINT_TYPE, triggerId: TRIGGER_ID });
const DisposalSchema = Type.Object({ 'savepoint-path': Type.String() });

export function savepointRoutes(app: FastifyInstance, context: RestContext): void {
  const operations = new Operations(context.jobManager.clock);
  app.post('/jobs/:jobid/savepoints', (request, reply) => {
    const job = jobOf(context, request);
    const body = bodyOf(SavepointSchema, request);
    const target = body['target-directory'] ?? undefined;
    return accepted(reply, context, () =>
      operations.begin(`savepoint/${job.jobId}`, body.triggerId ?? undefined, async () => {
        const location = await job.checkpoints.savepoint('savepoint', target);
        if (body['cancel-job'] === true) job.cancel();
        return { location: addressOf(location) };
      }),
    );
  });
  app.post('/jobs/:jobid/stop', (request, reply) => {
    const job = jobOf(context, request);
    const { targetDirectory, drain, triggerId } = bodyOf(StopSchema, request);
    return accepted(reply, context, () =>
      operations.begin(`savepoint/${job.jobId}`, triggerId ?? undefined, async () => ({
        location: addressOf(
          await job.checkpoints.savepoint(drain === true ? 'drain' : 'suspend', targetDirectory ?? undefined),
        ),
      })),
    );
  });
  app.get('/jobs/:jobid/savepoints/:triggerid', (request) => told(context, operations, request, 'savepoint'));
  app.post('/jobs/:jobid/checkpoints', (request, reply) => {
    const job = jobOf(context, request);
    const { triggerId } = bodyOf(CheckpointSchema, request);
    return accepted(reply, context, () =>
      operations.begin(`checkpoint/${job.jobId}`, triggerId ?? undefined, () => checkpointOf(job)),
    );
  });
  app.get('/jobs/:jobid/checkpoints/:triggerid', (request) => told(context, operations, request, 'checkpoint'));
  disposalRoutes(app, operations);
}

function disposalRoutes(app: FastifyInstance, operations: Operations): void {
  app.post('/savepoint-disposal', (request) => {
    const path = bodyOf(DisposalSchema, request)['savepoint-path'];
    const id = operations.begin('disposal', randomBytes(16).toString('hex'), async () => {
      await disposeCheckpoint(path);
      return {};
    });
    return { 'request-id': id };
  });
  app.get('/savepoint-disposal/:triggerid', (request) => {
    const id = hexParam(request, 'triggerid');
    const answer = operations.describe('disposal', id);
    if (answer === undefined) throw new RestError(404, `There is no savepoint disposal with triggerId=${id}.`);
    return answer;
  });
}

async function checkpointOf(job: JobMaster): Promise<object> {
  return { checkpointId: await job.checkpoints.checkpoint() };
}

function accepted(reply: FastifyReply, context: RestContext, begin: () => string): FastifyReply {
  context.onClientWaits();
  return reply.code(202).send({ 'request-id': begin() });
}

function told(
  context: RestContext,
  operations: Operations,
  request: FastifyRequest,
  what: 'savepoint' | 'checkpoint',
): object {
  context.onClientAsked();
  const [jobId, id] = [hexParam(request, 'jobid'), hexParam(request, 'triggerid')];
  const answer = operations.describe(`${what}/${jobId}`, id);
  if (answer !== undefined) return answer;
  throw new RestError(404, `There is no ${what} operation with triggerId=${id} for job ${jobId}.`);
}

function bodyOf<T extends TSchema>(schema: T, request: FastifyRequest): Static<T> {
  const body = request.body ?? {};
  requireFit(schema, body, 'HTTP_BAD_REQUEST', 'The body');
  return body as Static<T>;
}
