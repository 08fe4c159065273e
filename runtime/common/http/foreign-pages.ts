/**
 * Pages of others in a user's browser can reach what listens on the user's machine. They must not change anything there:
 * a browser names the page that a request comes from, and what comes from another server's page is refused.
 */
import type { FastifyInstance } from 'fastify';
import { WeftError } from '../errors/index.js';

const CHANGING = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/** Programs send no `Origin`, and our own pages send our own. */
export function refuseForeignPages(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin, host } = request.headers;
    if (origin === undefined || !CHANGING.has(request.method) || hostOf(origin) === host) {
      done();
      return;
    }
    const message = `A page of ${origin.slice(0, 200)} may not change anything here.`;
    done(Object.assign(new WeftError('HTTP_FOREIGN_PAGE', message), { statusCode: 403 }));
  });
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}
