/** Errors of the REST API, as YARN's clients expect them. */
import type { FastifyInstance } from 'fastify';
import { WeftError, hasCode } from '../../runtime/common/errors/index.js';

interface RemoteException {
  RemoteException: { exception: string; message: string; javaClassName: string };
}

function remoteException(exception: string, message: string): RemoteException {
  return { RemoteException: { exception, message, javaClassName: `org.apache.hadoop.yarn.webapp.${exception}` } };
}

/**
 * Answers what no route takes, and what a route throws.
 * @param count told of each refusal
 */
export function answerErrors(app: FastifyInstance, count: (error: unknown) => void): void {
  app.setNotFoundHandler(async (request, reply) => {
    count(notFound(request.url));
    await reply.status(404).send(remoteException('NotFoundException', `There is nothing under ${request.url}.`));
  });
  app.setErrorHandler(async (error, _request, reply) => {
    count(error);
    const message = error instanceof Error ? error.message : String(error);
    // What the server itself refuses (too large a body, say) is the sender's mistake.
    const { statusCode = 500 } = error as { statusCode?: number };
    if (hasCode(error, 'AUTH_BAD_TOKEN') || hasCode(error, 'AUTH_TOKEN_EXPIRED'))
      await reply.status(401).send(remoteException('AuthenticationException', message));
    else if (hasCode(error, 'AUTH_FORBIDDEN') || hasCode(error, 'HTTP_FOREIGN_PAGE'))
      await reply.status(403).send(remoteException('ForbiddenException', message));
    else if (hasCode(error, 'HTTP_NOT_FOUND'))
      await reply.status(404).send(remoteException('NotFoundException', message));
    else if (hasCode(error, 'BAD_ID') || hasCode(error, 'HTTP_BAD_REQUEST'))
      await reply.status(400).send(remoteException('BadRequestException', message));
    else if (statusCode < 500) await reply.status(statusCode).send(remoteException('BadRequestException', message));
    else await reply.status(500).send(remoteException('WebApplicationException', message));
  });
}

export function notFound(message: string): WeftError {
  return new WeftError('HTTP_NOT_FOUND', message);
}
