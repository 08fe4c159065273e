/** Where metrics are reported: Flink's `metrics.*` keys. */
import { portOption, stringOption } from '../option.js';

export const metricsOptions = {
  reporters: stringOption({
    key: 'metrics.reporters',
    default: undefined,
    description: 'Names of the reporters to use; there is one, prom. Default: those of which a key is set.',
  }),
  prometheusFactory: stringOption({
    key: 'metrics.reporter.prom.factory.class',
    default: undefined,
    description: 'Set, to whatever: metrics are offered to Prometheus.',
  }),
  prometheusPort: portOption({
    key: 'metrics.reporter.prom.port',
    default: { from: 9249, to: 9249 },
    description: 'Port, or range of ports, at which each JobManager and TaskManager offers its metrics to Prometheus.',
  }),
} as const;
