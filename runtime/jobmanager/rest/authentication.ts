/**
 * Who may ask a JobManager where tokens are required: clients with a token that the ResourceManager made for this
 * application (or its proxy, for each request), and the application's own processes.
 */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../common/clock.js';
import { WeftError, hasCode } from '../../common/errors/index.js';
import { requireTokens } from '../../common/http/token-gate.js';
import type { Refusals } from '../../common/security/refusals.js';
import { verifyToken } from '../../common/security/token.js';

export interface ClientAuthentication {
  readonly applicationKey: string;
  readonly clock: Clock;
  readonly refusals: Refusals;
}

export function authenticateClients(app: FastifyInstance, options: ClientAuthentication): void {
  const { applicationKey, clock, refusals } = options;
  requireTokens(app, refusals, (token, { method }) => {
    const nowMs = clock.nowMs();
    if (isOwnProcess(applicationKey, token, nowMs)) return;
    const { subject, access } = verifyToken([applicationKey], 'client', token, nowMs);
    if (access === 'modify' || method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return;
    throw new WeftError('AUTH_FORBIDDEN', `User ${subject} may look at this application, but not change it.`);
  });
}

function isOwnProcess(key: string, token: string | undefined, nowMs: number): boolean {
  try {
    verifyToken([key], 'application', token, nowMs);
    return true;
  } catch (error) {
    if (hasCode(error, 'AUTH_BAD_TOKEN') || hasCode(error, 'AUTH_TOKEN_EXPIRED')) return false;
    throw error;
  }
}
