/** What concerns the cluster as a whole: `/config`, `/overview`, `/jobmanager/*`, its end. */
import { getHeapStatistics } from 'node:v8';
import type { FastifyInstance } from 'fastify';
import { clusterOptions } from '../../common/config/options/index.js';
import { VERSION } from '../../common/version.js';
import { clusterMetrics } from '../metric-families.js';
import { queryList } from './conventions.js';
import type { RestContext } from './context.js';
import { countJobs } from './job-views.js';
import { selectMetrics } from './metrics.js';

/** The version of Flink whose REST API this is; its pages and clients look at it. */
const FLINK_VERSION = '1.20.1';

export function clusterRoutes(app: FastifyInstance, context: RestContext): void {
  const { jobManager } = context;
  const { config, dispatcher, pool, taskManagers } = jobManager;
  app.get('/config', () => ({
    'refresh-interval': config.get(clusterOptions.refreshIntervalMs),
    ...timezone(jobManager.clock.nowMs()),
    'flink-version': FLINK_VERSION,
    'flink-revision': `weft-${VERSION}`,
    features: {
      'web-submit': context.weftCommand !== undefined,
      'web-cancel': config.get(clusterOptions.cancelEnabled),
      'web-rescale': false,
      'web-history': false,
    },
  }));
  app.get('/overview', () => ({
    taskmanagers: taskManagers.list().length,
    'slots-total': pool.totalSlots,
    'slots-available': pool.freeSlots,
    ...countJobs(dispatcher.list().map(({ state }) => state)),
    'flink-version': FLINK_VERSION,
    'flink-commit': `weft-${VERSION}`,
    'weft-version': VERSION,
    'application-id': jobManager.applicationId,
  }));
  app.get('/jobmanager/config', () => config.toDisplay().map(({ key, value }) => ({ key, value })));
  app.get('/jobmanager/environment', () => ({
    jvm: { version: `Node.js ${process.version}`, arch: process.arch, options: process.execArgv },
    classpath: process.argv.slice(1, 2),
  }));
  app.get('/jobmanager/metrics', (request) => selectMetrics(metricsOf(context), queryList(request, 'get')));
  app.get('/datasets', () => ({ dataSets: [] }));
  app.delete('/cluster', (_request, reply) => {
    reply.raw.once('finish', () => {
      context.onShutdown();
    });
    return reply.send({});
  });
}

function timezone(nowMs: number): { 'timezone-name': string; 'timezone-offset': number } {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { 'timezone-name': timeZone, 'timezone-offset': -new Date(nowMs).getTimezoneOffset() * 60_000 };
}

function metricsOf({ jobManager }: RestContext): ReadonlyMap<string, number> {
  const heap = getHeapStatistics();
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  return new Map([
    ...clusterMetrics(jobManager),
    ['Status.JVM.Memory.Heap.Used', heapUsed],
    ['Status.JVM.Memory.Heap.Committed', heapTotal],
    ['Status.JVM.Memory.Heap.Max', heap.heap_size_limit],
    ['Status.JVM.Memory.NonHeap.Used', rss - heapUsed],
    ['Status.JVM.Memory.NonHeap.Committed', rss - heapTotal],
    ['Status.JVM.Memory.NonHeap.Max', -1],
  ]);
}
