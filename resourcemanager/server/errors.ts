/** How the server answers errors: YARN's RemoteException below `/ws`, and everywhere the WeftError for our own clients. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { WeftError, asWeftError, toWireError, type ErrorCode } from '../../runtime/common/errors/index.js';
import type { Logger } from '../../runtime/common/log/logger.js';

const NOT_FOUND: readonly ErrorCode[] = [
  'RM_UNKNOWN_APPLICATION',
  'RM_UNKNOWN_NODE',
  'HTTP_NOT_FOUND',
  'BLOB_NOT_FOUND',
];

/** Names of YARN's exceptions, by HTTP status. */
const EXCEPTIONS: Readonly<Record<number, readonly [name: string, javaClass: string]>> = {
  400: ['BadRequestException', 'org.apache.hadoop.yarn.webapp.BadRequestException'],
  403: ['ForbiddenException', 'org.apache.hadoop.yarn.webapp.ForbiddenException'],
  503: ['UndeclaredThrowableException', 'java.lang.reflect.UndeclaredThrowableException'],
  404: ['NotFoundException', 'org.apache.hadoop.yarn.webapp.NotFoundException'],
};
const OTHER_EXCEPTION = ['WebApplicationException', 'javax.ws.rs.WebApplicationException'] as const;

/** @param count told of each refusal */
export function installErrorHandlers(app: FastifyInstance, log: Logger, count: (error: WeftError) => void): void {
  app.setErrorHandler((thrown: FastifyError, request, reply) => {
    const error = fromFastify(thrown);
    const status = statusOf(error, thrown.statusCode);
    if (status === 500) log.error({ err: thrown, url: request.url }, 'a request failed');
    count(error);
    void answer(request, reply, status, error);
  });
  app.setNotFoundHandler((request, reply) => {
    const error = new WeftError('HTTP_NOT_FOUND', `There is nothing at ${request.url}.`);
    count(error);
    void answer(request, reply, 404, error);
  });
}

/** What fastify itself refuses (broken JSON, too large a body) is the sender's mistake. */
function fromFastify(thrown: FastifyError): WeftError {
  const status = thrown.statusCode ?? 500;
  if (thrown instanceof WeftError || status < 400 || status >= 500) return asWeftError(thrown);
  return new WeftError('HTTP_BAD_REQUEST', thrown.message, { cause: thrown });
}

function statusOf(error: WeftError, given: number | undefined): number {
  if (NOT_FOUND.includes(error.code)) return 404;
  if (error.code === 'AUTH_BAD_TOKEN' || error.code === 'AUTH_TOKEN_EXPIRED') return 401;
  if (error.code === 'RM_FORBIDDEN' || error.code === 'AUTH_FORBIDDEN' || error.code === 'HTTP_FOREIGN_PAGE')
    return 403;
  // So does YARN, whose clients know this refusal by it.
  if (error.code === 'RM_CHANGE_REFUSED') return 503;
  if (error.code === 'HTTP_BAD_REQUEST' && given !== undefined) return given;
  return error.domain === 'user' || error.code === 'BLOB_CORRUPT' ? 400 : 500;
}

function answer(request: FastifyRequest, reply: FastifyReply, status: number, error: WeftError): FastifyReply {
  const { code, message, hint, subject } = toWireError(error);
  const [exception, javaClassName] = EXCEPTIONS[status] ?? OTHER_EXCEPTION;
  const body = request.url.startsWith('/ws/')
    ? { RemoteException: { exception, message: `java.lang.Exception: ${error.message}`, javaClassName } }
    : { errors: [error.message] };
  return reply.code(status).send({ ...body, weftError: { code, message, hint, subject, causes: [] } });
}
