/** The queues for Weft's own commands: the tree in force, and reading the files again. */
import type { FastifyInstance } from 'fastify';
import { about } from '../../runtime/common/http/openapi.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';

export function queueRoutes(app: FastifyInstance, view: ClusterView): void {
  const { scheduler } = view;
  app.get('/weft/v1/queues', about('The tree of queues in force'), () => ({
    scheduler: scheduler.name,
    tree: scheduler.queueTree(),
    capacity: scheduler.totals().capacity,
  }));
  app.post<ByUser>('/weft/v1/queues/refresh', about('Reads the files of the queues again'), async (request) => {
    await view.access.requireAdministrator(userOf(request));
    view.refreshQueues();
    return { queues: scheduler.queues, warnings: scheduler.warnings };
  });
}
