/** A job goes on with another parallelism: begun with the graph that the client made of the job's program, then asked for. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { sleep } from '../../common/clock.js';
import { requireFit } from '../../common/wire/index.js';
import { RestError, hexParam } from './conventions.js';
import { jobOf, type RestContext } from './context.js';
import { Operations } from './operations.js';

/** Between two looks whether all tasks run. */
const LOOK_EVERY_MS = 20;

const RescaleSchema = Type.Object({ jobGraph: Type.Unknown() });

export function rescalingRoutes(app: FastifyInstance, context: RestContext): void {
  const { dispatcher, clock } = context.jobManager;
  const operations = new Operations(clock);
  app.get('/weft/v1/jobs/:jobid/graph', (request) => jobOf(context, request).jobGraph);
  app.post('/weft/v1/jobs/:jobid/rescaling', (request, reply) => {
    const { jobId } = jobOf(context, request);
    requireFit(RescaleSchema, request.body, 'HTTP_BAD_REQUEST', 'The body');
    const { jobGraph } = request.body as { jobGraph: unknown };
    context.onClientWaits();
    const id = operations.begin(jobId, undefined, async () => {
      await dispatcher.rescale(jobId, jobGraph);
      // Done is what can be done something with: all tasks run.
      const job = dispatcher.get(jobId);
      while (!job.terminal && job.checkpoints.plan() === undefined) await sleep(clock, LOOK_EVERY_MS);
      return {};
    });
    return reply.code(202).send({ 'request-id': id });
  });
  app.get('/weft/v1/jobs/:jobid/rescaling/:triggerid', (request) => {
    context.onClientAsked();
    const [jobId, id] = [hexParam(request, 'jobid'), hexParam(request, 'triggerid')];
    const answer = operations.describe(jobId, id);
    if (answer === undefined) throw new RestError(404, `There is no rescaling with triggerId=${id} for job ${jobId}.`);
    return answer;
  });
}
