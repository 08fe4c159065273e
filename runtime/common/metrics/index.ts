/**
 * Metrics on their way out: what a subtask counts and registers by Flink's names, and the text that Prometheus reads. Used by
 * the JobManager and TaskManagers; measures nothing itself.
 */
export { EXPOSITION_TYPE, expositionOf, metricName, type MetricFamily, type MetricValue } from './exposition.js';
export { processFamilies } from './process-families.js';
export { PrometheusReporter } from './prometheus-reporter.js';
export {
  operatorFigures,
  operatorScope,
  ratesOf,
  taskFigures,
  userMetricValues,
  type MetricsSample,
  type Rates,
} from './task-metrics.js';
