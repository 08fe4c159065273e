/** What a ResourceManager that stands by answers: what it is itself, and for all else where the leader is, as Hadoop's does. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Leader } from '../ha/leader-lease.js';
import { processView } from './views/cluster-views.js';

export interface StandbyView {
  /** When this process started, epoch milliseconds. */
  readonly startedMs: number;
  readonly version: string;
  readonly leader: () => Leader | undefined;
}

/** Seconds after which a browser, or a client that reads these headers, asks again. */
const RETRY_S = 1;

export function standbyRoutes(app: FastifyInstance, view: StandbyView): void {
  app.get('/ws/v1/cluster/info', () => ({ clusterInfo: processView(view, 'STANDBY') }));
  // Before any body is read: it is for the leader.
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) await redirect(request, reply, view.leader());
  });
}

/** 307: the method and the body are sent again to the leader. */
function redirect({ url }: FastifyRequest, reply: FastifyReply, leader: Leader | undefined): FastifyReply {
  if (leader === undefined) {
    return reply
      .code(503)
      .header('Retry-After', RETRY_S)
      .header('Refresh', `${RETRY_S}; url=${url}`)
      .type('text/plain')
      .send('This is standby RM, and there is no active one. Ask again.\n');
  }
  const target = leader.address + url;
  return reply
    .code(307)
    .header('Location', target)
    .header('Refresh', `${RETRY_S}; url=${target}`)
    .type('text/plain')
    .send(`This is standby RM. The redirect url is: ${target}\n`);
}
