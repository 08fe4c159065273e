/** Who may look at containers and logs where tokens are required: owners at their own, administrators at all. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { requireTokens } from '../../runtime/common/http/token-gate.js';
import { AccessList } from '../../runtime/common/security/access-list.js';
import type { Refusals } from '../../runtime/common/security/refusals.js';
import { verifyToken } from '../../runtime/common/security/token.js';

export interface ClientAuthentication {
  readonly clock: Clock;
  readonly refusals: Refusals;
  /** Keys that sign clients' tokens. */
  readonly clusterKeys: () => readonly string[];
  /** Administrators as Hadoop writes access lists, by name; undefined: access lists are not heeded. */
  readonly administrators: string | undefined;
  /** Whose container or application that is; undefined where that is not known any more. */
  readonly ownerOf: (id: string) => string | undefined;
}

export function authenticateClients(app: FastifyInstance, options: ClientAuthentication): void {
  const { clock, refusals, administrators, ownerOf } = options;
  const list = administrators === undefined ? undefined : AccessList.parse(administrators);
  requireTokens(app, refusals, (token, request) => {
    const { subject } = verifyToken(options.clusterKeys(), 'client', token, clock.nowMs());
    const { id } = request.params as { id?: string };
    if (id === undefined || list === undefined || list.allows(subject, [])) return;
    const owner = ownerOf(id);
    if (owner === subject) return;
    throw new WeftError('AUTH_FORBIDDEN', `User ${subject} may not look at ${id}.`, { subject: id });
  });
}
