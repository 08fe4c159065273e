/** The cluster's metrics as Prometheus reads them, where Hadoop has them: `/prom`. */
import type { FastifyInstance } from 'fastify';
import { EXPOSITION_TYPE, expositionOf, type MetricFamily } from '../../runtime/common/metrics/index.js';
import type { ClusterView } from './cluster-view.js';
import { metricsView } from './views/cluster-views.js';

export function metricsRoutes(app: FastifyInstance, view: ClusterView): void {
  app.get('/prom', (_request, reply) => reply.type(EXPOSITION_TYPE).send(expositionOf(familiesOf(view))));
}

function familiesOf(view: ClusterView): MetricFamily[] {
  const figures = Object.entries(metricsView(view)).filter(([, value]) => typeof value === 'number');
  return [
    {
      name: 'resourcemanager_refused_requests_total',
      help: 'Requests that were refused, by the code of the refusal.',
      type: 'counter',
      samples: [...view.refusals.entries].map(([code, value]) => ({ labels: { code }, value })),
    },
    ...figures.map(([name, value]): MetricFamily => ({
      name: `cluster_metrics_${name}`,
      help: `${name} of the cluster, as in /ws/v1/cluster/metrics.`,
      type: 'gauge',
      samples: [{ labels: {}, value: value as number }],
    })),
  ];
}
