/**
 * Lets only those in who bring a token: programs in the header `Authorization: Bearer …`; browsers in a cookie that they get
 * for opening any page with `?token=…` once.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { asWeftError } from '../errors/index.js';
import type { Refusals } from '../security/refusals.js';

const COOKIE = 'weft-token';

/**
 * @param admit throws AUTH_BAD_TOKEN, AUTH_TOKEN_EXPIRED or what else it has against the request
 */
export function requireTokens(
  app: FastifyInstance,
  refusals: Refusals,
  admit: (token: string | undefined, request: FastifyRequest) => void | Promise<void>,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const url = new URL(request.url, 'http://here');
    const shown = url.searchParams.get('token') ?? undefined;
    try {
      await admit(shown ?? bearerOf(request) ?? cookieOf(request), request);
    } catch (error) {
      refusals.note('http', error, request.ip);
      throw asWeftError(error);
    }
    if (shown === undefined || request.method !== 'GET') return undefined;
    // The address must not keep it: it is seen in histories and over shoulders.
    url.searchParams.delete('token');
    return reply
      .header('set-cookie', `${COOKIE}=${shown}; HttpOnly; SameSite=Strict; Path=/`)
      .redirect(url.pathname + url.search, 302);
  });
}

export function bearerOf({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  return /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
}

function cookieOf({ headers }: FastifyRequest): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((each) => each.trim());
  return cookies.find((each) => each.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}
