/** Who asks, where tokens are required: people and commands, and the roles that need a path or two. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requireTokens } from '../../runtime/common/http/token-gate.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { parseApplicationId } from '../../runtime/common/ids.js';
import { verifyToken } from '../../runtime/common/security/token.js';
import type { ClusterView } from './cluster-view.js';

export function authenticateRequests(app: FastifyInstance, view: ClusterView): void {
  if (view.authentication === 'simple') return;
  requireTokens(app, view.refusals, (token, request) => {
    if (isRole(token, request, view)) return;
    actAs(request, view.tokens.verifyClient(token, view.clock.nowMs()));
  });
}

/** NodeManagers fetch files, and TaskManagers ask for their AppMaster: with tokens of their own, good for nothing else. */
export function isRole(token: string | undefined, request: FastifyRequest, view: ClusterView): boolean {
  const nowMs = view.clock.nowMs();
  if (request.method !== 'GET') return false;
  try {
    switch (request.routeOptions.url) {
      case '/weft/v1/blobs/:sha256':
        view.tokens.verifyNode(token, nowMs);
        return true;
      case '/weft/v1/apps/:id/appmaster': {
        const { id } = request.params as { id: string };
        verifyToken([view.applications.require(parseApplicationId(id)).record.key], 'application', token, nowMs);
        return true;
      }
      default:
        return false;
    }
  } catch {
    // Then it must be a client's; what is wrong with it is said of that.
    return false;
  }
}

/** The name that the routes read is the token's. @throws RM_FORBIDDEN for who claims to be somebody else */
function actAs({ query }: FastifyRequest, user: string): void {
  const asked = query as { 'user.name'?: unknown };
  const claimed = asked['user.name'];
  if (claimed !== undefined && claimed !== '' && claimed !== user) {
    throw new WeftError('RM_FORBIDDEN', `The token is ${user}’s, not ${JSON.stringify(claimed)}’s.`, { subject: user });
  }
  asked['user.name'] = user;
}
