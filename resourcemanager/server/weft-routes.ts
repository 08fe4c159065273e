/** What Weft's own clients need beyond YARN's API: events, the way to an AppMaster, a summary, blobs. */
import { stat } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { WeftError } from '../../runtime/common/errors/index.js';
import { about } from '../../runtime/common/http/openapi.js';
import { bearerOf } from '../../runtime/common/http/token-gate.js';
import { signToken } from '../../runtime/common/security/token.js';
import { publicState, type ApplicationRecord } from '../apps/application.js';
import type { AttemptRecord } from '../apps/attempt.js';
import { requireApplication, requireAttempt } from './application-routes.js';
import { isRole } from './authentication.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';
import { endedContainerView } from './views/application-view.js';
import { nodeStateView } from './views/cluster-views.js';
import { explanationOf } from './views/explanation.js';

/** How long a command may talk to a JobManager before it must ask again. */
const CLIENT_TOKEN_LIFE_MS = 86_400_000;

interface ById {
  Params: { id: string };
}

export function weftRoutes(app: FastifyInstance, view: ClusterView): void {
  app.get<ById>('/ws/v1/weft/apps/:id/events', about('What happened to an application'), ({ params }) => ({
    events: view.store.events(requireApplication(view, params.id).record.id),
  }));

  app.get<ById>('/ws/v1/weft/apps/:id/ended-containers', about('The containers that ended lately'), ({ params }) => {
    const { record, ended } = requireApplication(view, params.id);
    return { containers: ended.all().map((each) => endedContainerView(each, record.user, view)) };
  });

  app.get<ById>('/ws/v1/weft/apps/:id/explain', about('Why an application waits, gate by gate'), ({ params }) =>
    explanationOf(requireApplication(view, params.id), view),
  );

  app.post<{ Params: { id: string; attempt: string } } & ByUser>(
    '/weft/v1/apps/:id/appattempts/:attempt/fail',
    about('Ends an attempt, which counts as failed'),
    async (request) => {
      const { application, attempt } = requireAttempt(view, request.params);
      const user = userOf(request);
      await view.access.requireMayModify(user, application.record);
      view.manager.attempts.failAttempt(application, attempt, user);
      return { state: attempt.state };
    },
  );

  const where = about('Where the AppMaster of an application is');
  app.get<ById & ByUser>('/weft/v1/apps/:id/appmaster', where, async (request) => {
    const { record, attempts } = requireApplication(view, request.params.id);
    const attempt = attempts.at(-1);
    if (attempt === undefined || attempt.rpcPort === 0 || !['RUNNING', 'FINISHING'].includes(attempt.state)) {
      throw new WeftError('HTTP_NOT_FOUND', `${record.id} (${publicState(record)}) has no AppMaster now.`, {
        hint: 'Ask again until it is running, unless it has ended.',
      });
    }
    const { host, rpcPort, trackingUrl } = attempt;
    const found = { url: `http://${host}:${rpcPort}`, trackingUrl, state: publicState(record) };
    if (isRole(bearerOf(request), request, view)) return found;
    const clientToken = await applicationClientToken(userOf(request), record, view, CLIENT_TOKEN_LIFE_MS);
    return { ...found, clientToken };
  });

  app.get('/weft/v1/cluster', about('A summary for Weft’s own commands and pages'), () => summary(view));
}

/** Proof for the JobManager of what a user may do there. @throws RM_FORBIDDEN for who may not even look */
export async function applicationClientToken(
  user: string,
  record: ApplicationRecord,
  view: ClusterView,
  lifeMs: number,
): Promise<string> {
  const mayModify = await view.access.may('modify', user, record);
  if (!mayModify) await view.access.requireMayView(user, record);
  return signToken(record.key, {
    kind: 'client',
    subject: user,
    access: mayModify ? 'modify' : 'view',
    expiresMs: view.clock.nowMs() + lifeMs,
  });
}

function summary(view: ClusterView): object {
  return {
    resourceManager: {
      url: view.url(),
      pid: process.pid,
      startedMs: view.startedMs,
      clusterId: view.identity.clusterTimestampMs,
      scheduler: view.scheduler.name,
      version: view.version,
    },
    nodeManagers: view.nodes.all().flatMap((node) => {
      if (node.state === 'SHUTDOWN') return [];
      const usage = view.scheduler.nodeUsage(node.id);
      return {
        nodeId: node.id,
        url: node.httpAddress,
        pid: node.pid,
        state: nodeStateView(node, view) === 'DECOMMISSIONING' ? 'DECOMMISSIONING' : node.state,
        healthReport: node.healthReport,
        usedMb: usage?.used.memoryMb ?? 0,
        totalMb: node.capacity.memoryMb,
        usedVcores: usage?.used.vcores ?? 0,
        totalVcores: node.capacity.vcores,
        containers: usage?.containers.length ?? 0,
      };
    }),
    applications: [...view.applications.all()].map(({ record, attempts }) => {
      const refusal = view.scheduler.refusal(record.id, view.clock.nowMs());
      return {
        id: record.id,
        name: record.submission.name,
        type: record.submission.type,
        user: record.user,
        state: publicState(record),
        finalStatus: record.finalStatus,
        queue: record.submission.queue,
        trackingUrl: jobManagerUrl(attempts.at(-1)),
        submittedMs: record.submittedMs,
        finishedMs: record.finishedMs,
        ...(refusal === undefined ? {} : { pendingReason: refusal.message }),
      };
    }),
  };
}

/** Empty while there is none. */
function jobManagerUrl(attempt: AttemptRecord | undefined): string {
  return attempt?.state === 'RUNNING' ? attempt.trackingUrl : '';
}

interface ByHash {
  Params: { sha256: string };
}

/** The staging area: files by content hash, uploaded before a submission names them and fetched by NodeManagers. */
export async function blobRoutes(app: FastifyInstance, view: ClusterView): Promise<void> {
  await app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, parsed) => {
      parsed(null, body);
    });
    const path = '/weft/v1/blobs/:sha256';
    scope.put<ByHash>(path, about('Stages a file for submissions'), async ({ params, body }, reply) => {
      const content = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
      await view.blobs.put(content, view.blobs.pathOf(params.sha256) && params.sha256);
      return reply.code(201).send({ sha256: params.sha256, sizeBytes: content.length });
    });
    scope.head<ByHash>(path, async ({ params }, reply) => {
      const found = await stat(view.blobs.pathOf(params.sha256)).catch(() => undefined);
      if (found === undefined) return reply.code(404).send();
      return reply.type('application/octet-stream').header('content-length', found.size).send();
    });
    scope.get<ByHash>(path, { exposeHeadRoute: false, ...about('A staged file') }, async ({ params }, reply) =>
      reply.type('application/octet-stream').send(await view.blobs.get(params.sha256)),
    );
    done();
  });
}
