/** A NodeManager's metrics as Prometheus reads them, where Hadoop has them: `/prom`. */
import type { FastifyInstance } from 'fastify';
import { EXPOSITION_TYPE, expositionOf } from '../../runtime/common/metrics/index.js';
import { refusalFamily, type Refusals } from '../../runtime/common/security/refusals.js';

export function metricsRoutes(app: FastifyInstance, refusals: Refusals): void {
  app.get('/prom', (_request, reply) =>
    reply.type(EXPOSITION_TYPE).send(expositionOf([refusalFamily('nodemanager', refusals)])),
  );
}
