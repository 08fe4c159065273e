/** YARN's REST API: the cluster, its metrics, scheduler and nodes. */
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { WeftError } from '../../runtime/common/errors/index.js';
import { about } from '../../runtime/common/http/openapi.js';
import { isGone } from '../nodes/node.js';
import type { ClusterView } from './cluster-view.js';
import { infoView, metricsView, nodeStateView, nodeView } from './views/cluster-views.js';

const NODE_STATES = [
  'NEW',
  'RUNNING',
  'UNHEALTHY',
  'DECOMMISSIONED',
  'LOST',
  'REBOOTED',
  'DECOMMISSIONING',
  'SHUTDOWN',
];

export function clusterRoutes(app: FastifyInstance, view: ClusterView): void {
  const info = (): object => ({ clusterInfo: infoView(view) });
  app.get('/ws/v1/cluster', about('The cluster'), info);
  app.get('/ws/v1/cluster/info', about('The cluster'), info);
  app.get('/ws/v1/cluster/metrics', about('Figures of the cluster'), () => ({
    clusterMetrics: metricsView(view),
  }));
  app.get('/ws/v1/cluster/scheduler', about('The queues and how they share the cluster'), () => ({
    scheduler: { schedulerInfo: view.scheduler.schedulerInfo() },
  }));

  app.route({
    ...about('Refused: queues are changed in their file'),
    method: ['GET', 'PUT'],
    url: '/ws/v1/cluster/scheduler-conf',
    handler: () => {
      throw new WeftError('HTTP_BAD_REQUEST', 'Configuration change only supported by MutableConfScheduler.', {
        hint: 'Change the policy file, then `weft rmadmin -refreshQueues`.',
      });
    },
  });

  const listing = about('Nodes, filtered', { query: Type.Object({ states: Type.Optional(Type.String()) }) });
  app.get<{ Querystring: { states?: string } }>('/ws/v1/cluster/nodes', listing, ({ query }) => {
    const states = query.states === undefined || query.states === '' ? undefined : nodeStates(query.states);
    const nodes = view.nodes
      .all()
      // Without a filter, YARN leaves out the nodes that are gone.
      .filter((node) => states?.includes(nodeStateView(node, view)) ?? !isGone(node))
      .map((node) => nodeView(node, view));
    return { nodes: nodes.length === 0 ? {} : { node: nodes } };
  });

  app.get<{ Params: { nodeId: string } }>('/ws/v1/cluster/nodes/:nodeId', about('A node'), ({ params }) => ({
    node: nodeView(view.nodes.require(params.nodeId), view),
  }));
}

function nodeStates(text: string): string[] {
  return text.split(',').map((name) => {
    const state = name.trim().toUpperCase();
    if (NODE_STATES.includes(state)) return state;
    throw new WeftError(
      'HTTP_BAD_REQUEST',
      `Invalid node state ${name} specified. It should be one of [${NODE_STATES.join(', ')}]`,
    );
  });
}
