/** YARN's REST API: what can be changed of an application while it runs: its queue, its priority, its lifetime. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { WeftError } from '../../runtime/common/errors/index.js';
import { about } from '../../runtime/common/http/openapi.js';
import { requireFit } from '../../runtime/common/wire/index.js';
import { parseExpiry } from '../apps/lifetime.js';
import { requireApplication } from './application-routes.js';
import type { Application } from '../apps/application-registry.js';
import { readText } from '../apps/text-values.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';
import { applicationView } from './views/application-view.js';
import { timeoutView } from './views/timeout-view.js';

interface ById {
  Params: { id: string };
}

const QueueSchema = Type.Object({ queue: Type.String({ minLength: 1 }) });
const PrioritySchema = Type.Object({ priority: Type.Integer() });
const TimeoutSchema = Type.Object({ type: Type.String(), expiryTime: Type.String() });

const QUEUE = { xmlRoot: 'appqueue' };
const PRIORITY = { xmlRoot: 'applicationpriority' };
const MOVE = about('Moves an application to another queue', { ...QUEUE, body: QueueSchema });
const PRIORITIZE = about('Gives an application another priority', { ...PRIORITY, body: PrioritySchema });
const EXPIRE = about('Limits the lifetime of an application', { body: TimeoutSchema });

export function applicationSettingRoutes(app: FastifyInstance, view: ClusterView): void {
  const base = '/ws/v1/cluster/apps/:id';
  const changeable = async (request: {
    params: ById['Params'];
    query: ByUser['Querystring'];
  }): Promise<Application> => {
    const application = requireApplication(view, request.params.id);
    await view.access.requireMayModify(userOf(request), application.record);
    return application;
  };
  const timeoutOf = (id: string): object => timeoutView(requireApplication(view, id).record, view.clock.nowMs());
  app.get<ById>(`${base}/queue`, about('The queue of an application', QUEUE), ({ params }) => ({
    queue: requireApplication(view, params.id).record.submission.queue,
  }));
  app.get<ById>(`${base}/priority`, about('The priority of an application', PRIORITY), ({ params }) => ({
    priority: applicationView(requireApplication(view, params.id), view).priority,
  }));
  app.put<ById & ByUser>(`${base}/queue`, MOVE, async (request) => {
    const application = await changeable(request);
    requireFit(QueueSchema, request.body, 'HTTP_BAD_REQUEST', 'The body');
    const { queue } = request.body as { queue: string };
    await view.access.requireMaySubmit(userOf(request), queue);
    view.manager.changes.move(application, queue);
    return { queue: application.record.submission.queue };
  });
  app.put<ById & ByUser>(`${base}/priority`, PRIORITIZE, async (request) => {
    const application = await changeable(request);
    const given = readText(PrioritySchema, request.body);
    requireFit(PrioritySchema, given, 'HTTP_BAD_REQUEST', 'The body');
    view.manager.changes.prioritize(application, (given as { priority: number }).priority);
    return { priority: applicationView(application, view).priority };
  });
  app.get<ById>(`${base}/timeouts`, about('The limits of an application’s lifetime'), ({ params }) => ({
    timeouts: { timeout: [timeoutOf(params.id)] },
  }));
  const limit = about('A limit of an application’s lifetime');
  app.get<{ Params: { id: string; type: string } }>(`${base}/timeouts/:type`, limit, ({ params }) => {
    requireLifetime(params.type);
    return { timeout: timeoutOf(params.id) };
  });
  app.put<ById & ByUser>(`${base}/timeout`, EXPIRE, async (request) => {
    const application = await changeable(request);
    const { body, params } = request;
    // In XML the element <timeout> is the root, in JSON a member.
    const given: unknown = typeof body === 'object' && body !== null && 'timeout' in body ? body.timeout : body;
    requireFit(TimeoutSchema, given, 'HTTP_BAD_REQUEST', 'The timeout');
    const { type, expiryTime } = given as { type: string; expiryTime: string };
    requireLifetime(type);
    view.manager.changes.expireAt(application, parseExpiry(expiryTime, view.clock.nowMs()));
    return { timeout: timeoutOf(params.id) };
  });
}

function requireLifetime(type: string): void {
  if (type.toUpperCase() === 'LIFETIME') return;
  throw new WeftError('HTTP_BAD_REQUEST', `There is no timeout of type ${type}; there is LIFETIME.`);
}
