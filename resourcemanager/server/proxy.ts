/** The web proxy: `/proxy/{application}/…` leads to the application's own pages, wherever its AppMaster runs. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WeftError, type ErrorCode } from '../../runtime/common/errors/index.js';
import { about } from '../../runtime/common/http/openapi.js';
import { publicState } from '../apps/application.js';
import { requireApplication } from './application-routes.js';
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

interface Proxied {
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
    scope.all<Proxied>('/proxy/:id/*', proxy, (request, reply) => forward(targetOf(request, view), request, reply));
    scope.all<Proxied>('/proxy/:id', proxy, (request, reply) => {
      // The router treats both forms alike, but relative links of a page only work below its folder.
      const isFolder = request.url.split('?', 1)[0]?.endsWith('/');
      return isFolder
        ? forward(targetOf(request, view), request, reply)
        : reply.redirect(`/proxy/${request.params.id}/`, 302);
    });
    done();
  });
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

function forward(target: URL, request: FastifyRequest<Proxied>, reply: FastifyReply): FastifyReply {
  reply.hijack();
  const outgoing = httpRequest(
    target,
    { method: request.method, headers: forwarded(request.headers), timeout: PAGE_TIMEOUT_MS },
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
