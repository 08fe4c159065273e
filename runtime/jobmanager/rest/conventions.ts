/** What all answers of Flink's REST API have in common: error bodies, headers, lenient JSON bodies. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WeftError, asWeftError, type ErrorCode } from '../../common/errors/index.js';

/** An expected fault with the status that Flink gives it. */
export class RestError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const STATUS_OF: Partial<Record<ErrorCode, number>> = {
  BAD_ID: 400,
  HTTP_BAD_REQUEST: 400,
  JOB_GRAPH_INVALID: 400,
  BLOB_CORRUPT: 400,
  PROGRAM_REJECTED: 400,
  BLOB_NOT_FOUND: 404,
  JOB_NOT_FOUND: 404,
  JOB_NOT_CANCELLABLE: 409,
  CLUSTER_SHUTTING_DOWN: 503,
  HTTP_FOREIGN_PAGE: 403,
  AUTH_BAD_TOKEN: 401,
  AUTH_TOKEN_EXPIRED: 401,
  AUTH_FORBIDDEN: 403,
};

export function applyConventions(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('access-control-allow-origin', '*');
    const type = reply.getHeader('content-type');
    if (typeof type === 'string' && type.startsWith('application/json')) {
      reply.header('content-type', 'application/json; charset=UTF-8');
    }
    done(null, payload);
  });
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, {});
    else void parseJson(request, body as string, done);
  });
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler((error, _request, reply) => {
    void sendError(reply, error);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const message = request.method === 'GET' ? `Unable to load requested file ${path}.` : `Not found: ${path}`;
    return reply.code(404).send({ errors: [message] });
  });
}

function sendError(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof RestError) return reply.code(error.status).send({ errors: [error.message] });
  if (error instanceof WeftError) {
    const status = STATUS_OF[error.code];
    if (status !== undefined) return reply.code(status).send({ errors: [error.message, error.hint], code: error.code });
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status < 500) return reply.code(status).send({ errors: [(error as Error).message] });
  const { message, stack } = asWeftError(error);
  const trace = `<Exception on server side:\n${stack ?? message}\nEnd of exception on server side>`;
  return reply.code(500).send({ errors: ['Internal server error.', trace] });
}

/** A path parameter. */
export function pathParam(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string>)[name] ?? '';
}

/** A query parameter, the first one where it repeats. */
export function queryParam(request: FastifyRequest, name: string): string | undefined {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  return Array.isArray(value) ? value[0] : value;
}

/** A query parameter with several values, separated by commas or repeated; undefined when it is not there. */
export function queryList(request: FastifyRequest, name: string): string[] | undefined {
  const value = (request.query as Record<string, string | string[] | undefined>)[name];
  if (value === undefined) return undefined;
  return [value]
    .flat()
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');
}

/** @throws a RestError 400 in Flink's words for what is not 32 hex digits */
export function hexParam(request: FastifyRequest, name: string): string {
  const text = pathParam(request, name);
  const lower = text.toLowerCase();
  if (/^[0-9a-f]{32}$/.test(lower)) return lower;
  throw malformed(name, text);
}

/** A number that counts from 0, in the path. @throws a RestError 400 in Flink's words for what is none */
export function indexParam(request: FastifyRequest, name: string): number {
  const text = pathParam(request, name);
  if (/^\d+$/.test(text)) return Number(text);
  throw malformed(name, text);
}

function malformed(name: string, text: string): RestError {
  return new RestError(
    400,
    `Bad request, could not parse parameters: Cannot resolve path parameter (${name}) from value "${text}".`,
  );
}
