/** The cluster's metrics as Prometheus reads them, where Hadoop has them: `/prom`. */
import type { FastifyInstance } from 'fastify';
import { about } from '../../runtime/common/http/openapi.js';
import { EXPOSITION_TYPE, expositionOf, type MetricFamily } from '../../runtime/common/metrics/index.js';
import { refusalFamily } from '../../runtime/common/security/refusals.js';
import type { ClusterView } from './cluster-view.js';
import { metricsView } from './views/cluster-views.js';

export function metricsRoutes(app: FastifyInstance, view: ClusterView): void {
  app.get('/prom', about('Figures for Prometheus'), (_request, reply) =>
    reply.type(EXPOSITION_TYPE).send(expositionOf(familiesOf(view))),
  );
}

function familiesOf(view: ClusterView): MetricFamily[] {
  const figures = Object.entries(metricsView(view)).filter(([, value]) => typeof value === 'number');
  return [
    refusalFamily('resourcemanager', view.refusals),
    ...figures.map(([name, value]): MetricFamily => ({
      name: `cluster_metrics_${name}`,
      help: `${name} of the cluster, as in /ws/v1/cluster/metrics.`,
      type: 'gauge',
      samples: [{ labels: {}, value: value as number }],
    })),
  ];
}
