/**
 * The ResourceManager's server: YARN's REST API, Weft's own paths, pages, the web proxy, and the WebSocket endpoints.
 * It turns requests into calls and records into views; it decides nothing.
 */
import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../runtime/common/log/logger.js';
import { documentRoutes } from '../../runtime/common/http/openapi.js';
import { toWireError } from '../../runtime/common/errors/index.js';
import { speakXml } from '../../runtime/common/http/xml-bodies.js';
import { activityRoutes } from './activity-routes.js';
import { applicationRoutes } from './application-routes.js';
import { applicationSettingRoutes } from './application-setting-routes.js';
import { authenticateRequests } from './authentication.js';
import { clusterRoutes } from './cluster-routes.js';
import type { ClusterView } from './cluster-view.js';
import { installErrorHandlers } from './errors.js';
import { decommissionRoutes } from './decommission-routes.js';
import { haRoutes, type HaView } from './ha-routes.js';
import { labelRoutes } from './label-routes.js';
import { metricsRoutes } from './metrics-routes.js';
import { pages } from './pages.js';
import { proxyRoutes } from './proxy.js';
import { queueRoutes } from './queue-routes.js';
import { standbyRoutes, type StandbyView } from './standby-routes.js';
import { guardDetails } from './viewing.js';
import { blobRoutes, weftRoutes } from './weft-routes.js';

/** Far more than any submission has. */
const MAX_BODY_BYTES = 4 * 2 ** 20;

export async function configureRoutes(
  app: FastifyInstance,
  view: ClusterView,
  ha: HaView,
  log: Logger,
  pagesFolder: string,
): Promise<void> {
  documentRoutes(app, { title: 'Weft ResourceManager', version: view.version });
  speakXml(app, '/ws/');
  limitBodies(app);
  answerWhenDurable(app, view.store);
  installErrorHandlers(app, log, view.refusals.count);
  authenticateRequests(app, view);
  guardDetails(app, view);
  metricsRoutes(app, view);
  clusterRoutes(app, view);
  activityRoutes(app, view);
  applicationRoutes(app, view);
  applicationSettingRoutes(app, view);
  labelRoutes(app, view);
  weftRoutes(app, view);
  haRoutes(app, ha);
  queueRoutes(app, view);
  decommissionRoutes(app, view);
  await blobRoutes(app, view);
  await proxyRoutes(app, view);
  await pages(app, pagesFolder);
}

/** The routes of a ResourceManager that does not lead; it has no endpoints. */
export function configureStandby(
  app: FastifyInstance,
  view: StandbyView & Pick<ClusterView, 'refusals'> & { ha: HaView },
  log: Logger,
): void {
  speakXml(app, '/ws/');
  installErrorHandlers(app, log, view.refusals.count);
  haRoutes(app, view.ha);
  standbyRoutes(app, view);
}

/** Nobody is told what may be lost, or what another leader has overruled. */
function answerWhenDurable(app: FastifyInstance, store: ClusterView['store']): void {
  app.addHook('onSend', async (request, reply, payload) => {
    // What this process says of itself holds whether it leads or not.
    if (request.url.startsWith('/weft/v1/ha')) return payload;
    try {
      await store.durable();
      return payload;
    } catch (error) {
      const { code, message } = toWireError(error);
      reply.code(503).type('application/json').header('Retry-After', 1);
      return JSON.stringify({ errors: [message], weftError: { code, message, causes: [] } });
    }
  });
}

/** Only files are large: what is told in a body is not. */
function limitBodies(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.url.startsWith('/ws/')) route.bodyLimit = MAX_BODY_BYTES;
  });
}
