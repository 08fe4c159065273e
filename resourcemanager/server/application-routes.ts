/** YARN's REST API: applications, their attempts and containers; submission and kill. */
import { stat } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { WeftError } from '../../runtime/common/errors/index.js';
import {
  parseApplicationAttemptId,
  parseContainerId,
  parseApplicationId,
  type ApplicationId,
} from '../../runtime/common/ids.js';
import { about } from '../../runtime/common/http/openapi.js';
import { describeMismatch } from '../../runtime/common/wire/index.js';
import { SignalCommandSchema } from '../../runtime/common/wire/protocols/index.js';
import { publicState } from '../apps/application.js';
import { findAttempt, type Application } from '../apps/application-registry.js';
import type { AttemptRecord } from '../apps/attempt.js';
import { restResource } from '../scheduler/index.js';
import { SubmissionSchema, checkSubmission } from '../apps/submission.js';
import { FilterSchema, filterApplications } from './application-filter.js';
import { StatisticsSchema, applicationStatistics, type StatisticsQuery } from './application-statistics.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';
import { publicPart } from './viewing.js';
import {
  type ApplicationView,
  applicationView,
  attemptView,
  containerView,
  endedContainerView,
  type ContainerView,
} from './views/application-view.js';

interface ById {
  Params: { id: string };
}
interface ByAttempt {
  Params: { id: string; attempt: string };
}

export function applicationRoutes(app: FastifyInstance, view: ClusterView): void {
  const base = '/ws/v1/cluster/apps';
  app.get(base, about('Applications, filtered', { query: FilterSchema }), async (request) => {
    const apps = filterApplications(view.applications.all(), request.query, view.scheduler);
    const user = userOf(request as { query: ByUser['Querystring'] });
    return { apps: apps.length === 0 ? {} : { app: await Promise.all(apps.map((each) => seenBy(user, each, view))) } };
  });
  app.get<ById & ByUser>(`${base}/:id`, about('An application'), async (request) => ({
    app: await seenBy(userOf(request), requireApplication(view, request.params.id), view),
  }));
  const counting = about('How many applications are in each state', { query: StatisticsSchema });
  app.get<{ Querystring: StatisticsQuery }>('/ws/v1/cluster/appstatistics', counting, ({ query }) => ({
    appStatInfo: { statItem: applicationStatistics(view.applications.all(), query) },
  }));
  app.get<ById>(`${base}/:id/state`, about('The state of an application', { xmlRoot: 'appstate' }), ({ params }) => ({
    state: publicState(requireApplication(view, params.id).record),
  }));
  app.get<ById>(`${base}/:id/appattempts`, about('The attempts to run an application'), ({ params }) => {
    const { attempts, record } = requireApplication(view, params.id);
    return { appAttempts: { appAttempt: attempts.map((attempt) => attemptView(attempt, record.user)) } };
  });
  const ofOne = about('An attempt to run an application', { xmlRoot: 'appAttempt' });
  app.get<ByAttempt>(`${base}/:id/appattempts/:attempt`, ofOne, ({ params }) => {
    const { application, attempt } = requireAttempt(view, params);
    return attemptDetails(application, attempt, view);
  });
  containerRoutes(app, view, `${base}/:id/appattempts/:attempt/containers`);
  submissionRoutes(app, view, base);
  killRoute(app, view, base);
  signalRoute(app, view);
}

async function seenBy(user: string, application: Application, view: ClusterView): Promise<ApplicationView> {
  const details = applicationView(application, view);
  return (await view.access.may('view', user, application.record)) ? details : publicPart(details);
}

/** Only the containers that run: YARN's ResourceManager forgets the others too. */
function containerRoutes(app: FastifyInstance, view: ClusterView, base: string): void {
  const running = (params: ByAttempt['Params']): ContainerView[] => {
    const { application, attempt } = requireAttempt(view, params);
    return view.containers
      .ofApplication(application.record.id)
      .filter(({ attemptId }) => attemptId === attempt.id)
      .map((container) => containerView(container, application.record.user, view));
  };
  app.get<ByAttempt>(base, about('The containers of an attempt that run', { xmlRoot: 'containers' }), ({ params }) => {
    const containers = running(params);
    if (containers.length === 0) return {};
    return { container: containers.length === 1 ? containers[0] : containers };
  });
  app.get<{ Params: ByAttempt['Params'] & { container: string } }>(
    `${base}/:container`,
    about('A container that runs', { xmlRoot: 'container' }),
    ({ params }) => {
      const id = parseContainerId(params.container);
      const container = running(params).find(({ containerId }) => containerId === id);
      if (container !== undefined) return container;
      // YARN has these of its history server.
      const { record, ended } = requireApplication(view, params.id);
      const found = ended.all().find(({ container: { id: each } }) => each === id);
      if (found !== undefined) return endedContainerView(found, record.user, view);
      throw new WeftError('HTTP_NOT_FOUND', `container with id: ${id} not found`);
    },
  );
}

function submissionRoutes(app: FastifyInstance, view: ClusterView, base: string): void {
  const newId = about('Gives out an application id, and tells the largest container', { xmlRoot: 'NewApplication' });
  app.post(`${base}/new-application`, newId, () => ({
    'application-id': view.identity.newApplicationId(),
    'maximum-resource-capability': restResource(
      view.scheduler.maximum() ?? { memoryMb: 2 ** 31 - 1, vcores: 2 ** 31 - 1 },
    ),
  }));

  app.post<ByUser>(base, about('Submits an application', { body: SubmissionSchema }), async (request, reply) => {
    const { body } = request;
    const id = submittedId(body, view);
    const user = userOf(request);
    const stagedSize = (sha256: string): Promise<number | undefined> =>
      stat(view.blobs.pathOf(sha256)).then(
        ({ size }) => size,
        () => undefined,
      );
    const groups = await view.access.groups.of(user);
    const { scheduler, labels, resourceTypes } = view;
    const checks = { scheduler, labels, resourceTypes, user, groups, stagedSize };
    const submission = await checkSubmission(body, checks);
    view.manager.submit(id, submission, user);
    return reply.code(202).header('location', `${view.url()}${base}/${id}`).send('');
  });
}

/** YARN's way to signal a container; its owner, or an administrator of the queue, may. */
function signalRoute(app: FastifyInstance, view: ClusterView): void {
  const path = '/ws/v1/cluster/containers/:container/signal/:command';
  const signal = about('Signals a container: GRACEFUL_SHUTDOWN or FORCEFUL_SHUTDOWN');
  app.post<ByUser & { Params: { container: string; command: string } }>(path, signal, async (request, reply) => {
    const id = parseContainerId(request.params.container);
    const command = request.params.command.toUpperCase();
    if (!Value.Check(SignalCommandSchema, command)) {
      throw new WeftError(
        'HTTP_BAD_REQUEST',
        `Invalid command: ${command}; there is GRACEFUL_SHUTDOWN and FORCEFUL_SHUTDOWN.`,
      );
    }
    const container = view.containers.get(id);
    if (container === undefined) throw new WeftError('HTTP_NOT_FOUND', `container with id: ${id} not found`);
    await view.access.requireMayModify(userOf(request), view.applications.require(container.applicationId).record);
    view.nodes.signalContainer(container.nodeId, id, command);
    return reply.send('');
  });
}

/** YARN's way to kill; no other state can be asked for. */
function killRoute(app: FastifyInstance, view: ClusterView, base: string): void {
  const StateSchema = Type.Object({ state: Type.String() });
  const killing = about('Kills an application', { xmlRoot: 'appstate', body: StateSchema });
  app.put<ById & ByUser>(`${base}/:id/state`, killing, async (request, reply) => {
    const { params, body } = request;
    const application = requireApplication(view, params.id);
    if (describeMismatch(StateSchema, body) !== undefined || (body as { state: string }).state !== 'KILLED') {
      throw new WeftError('HTTP_BAD_REQUEST', "Only 'KILLED' is allowed as a target state.");
    }
    await view.access.requireMayModify(userOf(request), application.record);
    if (!view.manager.kill(application, userOf(request))) return { state: publicState(application.record) };
    const { state } = application.record;
    return reply.code(202).header('location', `${view.url()}${base}/${params.id}/state`).send({ state });
  });
}

/** The id of a submission: one that `new-application` gave out. @throws HTTP_BAD_REQUEST */
function submittedId(body: unknown, view: ClusterView): ApplicationId {
  const text: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'application-id') : undefined;
  if (typeof text !== 'string' || text === '') {
    throw new WeftError('HTTP_BAD_REQUEST', 'Could not parse application id ');
  }
  const id = parseApplicationId(text);
  if (view.identity.hasIssued(id)) return id;
  throw new WeftError('HTTP_BAD_REQUEST', `${id} was not given out by this cluster.`, {
    hint: 'Ask for an id with POST /ws/v1/cluster/apps/new-application first.',
  });
}

export function requireApplication(view: ClusterView, id: string): Application {
  return view.applications.require(parseApplicationId(id));
}

export function requireAttempt(
  view: ClusterView,
  params: ByAttempt['Params'],
): { application: Application; attempt: AttemptRecord } {
  const application = requireApplication(view, params.id);
  const attempt = findAttempt(application, parseApplicationAttemptId(params.attempt));
  if (attempt === undefined) {
    throw new WeftError('HTTP_NOT_FOUND', `app attempt with id: ${params.attempt} not found`);
  }
  return { application, attempt };
}

function attemptDetails({ record }: Application, attempt: AttemptRecord, view: ClusterView): object {
  return {
    appAttemptId: attempt.id,
    host: attempt.host === '' ? 'N/A' : attempt.host,
    rpcPort: String(attempt.rpcPort === 0 ? -1 : attempt.rpcPort),
    trackingUrl: `${view.url()}/proxy/${record.id}/`,
    originalTrackingUrl: attempt.trackingUrl === '' ? 'N/A' : attempt.trackingUrl,
    diagnosticsInfo: attempt.diagnostics,
    appAttemptState: attempt.state,
    amContainerId: attempt.containerId ?? '',
    startedTime: String(attempt.startedMs),
    finishedTime: String(attempt.finishedMs),
  };
}
