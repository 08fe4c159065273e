/** A port at which Prometheus finds the metrics of a process. */
import { createServer, type Server } from 'node:http';
import { metricsOptions } from '../config/options/index.js';
import type { Configuration } from '../config/index.js';
import type { Logger } from '../log/logger.js';
import { EXPOSITION_TYPE, expositionOf, type MetricFamily } from './exposition.js';

export interface PrometheusOptions {
  configuration: Configuration;
  /** The interface to listen on. */
  host: string;
  log: Logger;
  /** Asked at each scrape. */
  collect: () => readonly MetricFamily[];
}

export class PrometheusReporter {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /**
   * Undefined when the configuration asks for none, and when no port of the range is free: a process without metrics is
   * better than none, so that is told in the log only.
   */
  static async start({
    configuration,
    host,
    log,
    collect,
  }: PrometheusOptions): Promise<PrometheusReporter | undefined> {
    if (!isWanted(configuration)) return undefined;
    const { from, to } = configuration.get(metricsOptions.prometheusPort);
    for (let port = from; port <= to; port++) {
      const server = createServer((_request, response) => {
        response.writeHead(200, { 'content-type': EXPOSITION_TYPE }).end(expositionOf(collect()));
      });
      const failure = await listening(server, port, host);
      if (failure === undefined) {
        const address = server.address();
        const bound = typeof address === 'object' && address !== null ? address.port : port;
        log.info({ port: bound }, 'metrics for Prometheus');
        server.unref();
        return new PrometheusReporter(server, bound);
      }
      if (failure.code !== 'EADDRINUSE' && failure.code !== 'EACCES') throw failure;
    }
    log.error({ host, from, to }, 'no port of metrics.reporter.prom.port is free: there are no metrics for Prometheus');
    return undefined;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.closeAllConnections();
      this.server.close(() => {
        resolve();
      });
    });
  }
}

/** Whether a key of the reporter is set and `metrics.reporters`, if it is there, names it. */
function isWanted(configuration: Configuration): boolean {
  const named = configuration.get(metricsOptions.reporters);
  if (named !== undefined) return named.split(/[,;\s]+/).includes('prom');
  return configuration.isSet(metricsOptions.prometheusPort) || configuration.isSet(metricsOptions.prometheusFactory);
}

function listening(server: Server, port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen({ port, host }, () => {
      resolve(undefined);
    });
  });
}
