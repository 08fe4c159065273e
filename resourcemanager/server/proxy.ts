/** The web proxy: `/proxy/{application}/…` leads to the application's own pages, wherever its AppMaster runs. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WeftError, type ErrorCode } from '../../runtime/common/errors/index.js';
import { about } from '../../runtime/common/http/openapi.js';
import { publicState } from '../apps/application.js';
import { requireApplication } from './application-routes.js';
import { applicationClientToken } from './weft-routes.js';
import { userOf, type ByUser } from './caller.js';
import type { ClusterView } from './cluster-view.js';

/** Headers that concern one connection only, and credentials for this server that its applications must not see. */
const NOT_FORWARDED = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'host',
  'authorization',
  'cookie',
  // Of our own pages: it was looked at here.
  'origin',
]);
/** How long a page may be silent. */
const PAGE_TIMEOUT_MS = 60_000;

/** It is made anew for each request. */
const PROXIED_TOKEN_LIFE_MS = 60_000;

interface Proxied {
  Querystring: ByUser['Querystring'];
  Params: { id: string; '*': string };
}

export async function proxyRoutes(app: FastifyInstance, view: ClusterView): Promise<void> {
  await app.register((scope, _options, done) => {
    // Bodies pass through unread.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, parsed) => {
      parsed(null);
    });
    const proxy = about('The web proxy: pages and REST API of an application');
    scope.all<Proxied>('/proxy/:id/*', proxy, (request, reply) => proxied(request, reply, view));
    scope.all<Proxied>('/proxy/:id', proxy, (request, reply) => {
      // The router treats both forms alike, but relative links of a page only work below its folder.
      const isFolder = request.url.split('?', 1)[0]?.endsWith('/');
      return isFolder ? proxied(request, reply, view) : reply.redirect(`/proxy/${request.params.id}/`, 302);
    });
    done();
  });
}

/** As the user that asks: what it may do there, the token says. */
async function proxied(
  request: FastifyRequest<Proxied>,
  reply: FastifyReply,
  view: ClusterView,
): Promise<FastifyReply> {
  const target = targetOf(request, view);
  const { record } = requireApplication(view, request.params.id);
  const token = await applicationClientToken(userOf(request), record, view, PROXIED_TOKEN_LIFE_MS);
  target.searchParams.delete('user.name');
  return forward(target, token, request, reply);
}

/** @throws HTTP_NOT_FOUND while the application has no pages */
function targetOf({ params, url }: FastifyRequest<Proxied>, view: ClusterView): URL {
  const { record, attempts } = requireApplication(view, params.id);
  const attempt = attempts.at(-1);
  if (attempt?.state !== 'RUNNING' || !/^http:\/\//.test(attempt.trackingUrl)) {
    throw new WeftError('HTTP_NOT_FOUND', `${record.id} (${publicState(record)}) has no pages now.`, {
      hint: 'They are there while its JobManager runs.',
    });
  }
  const rest = url.slice(url.indexOf(params.id) + params.id.length);
  return new URL(attempt.trackingUrl.replace(/\/$/, '') + rest);
}

function forward(target: URL, token: string, request: FastifyRequest<Proxied>, reply: FastifyReply): FastifyReply {
  reply.hijack();
  const outgoing = httpRequest(
    target,
    {
      method: request.method,
      headers: { ...forwarded(request.headers), authorization: `Bearer ${token}` },
      timeout: PAGE_TIMEOUT_MS,
    },
    (answer) => {
      reply.raw.writeHead(answer.statusCode ?? 502, forwarded(answer.headers));
      answer.pipe(reply.raw);
    },
  );
  outgoing.on('timeout', () => {
    outgoing.destroy(new Error('it does not answer'));
  });
  outgoing.on('error', (error) => {
    if (reply.raw.headersSent) {
      reply.raw.destroy();
      return;
    }
    const message = `${target.origin} cannot be reached: ${error.message}.`;
    const body = JSON.stringify({ errors: [message], code: 'UNREACHABLE' satisfies ErrorCode });
    reply.raw.writeHead(502, { 'content-type': 'application/json' }).end(body);
  });
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) outgoing.destroy();
  });
  request.raw.pipe(outgoing);
  return reply;
}

function forwarded(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.has(name)));
}
