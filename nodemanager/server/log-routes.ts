/** Logs of containers over HTTP; they are followed by asking again from the offset that was reached. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { about } from '../../runtime/common/http/openapi.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { parseApplicationId, parseContainerId } from '../../runtime/common/ids.js';
import type { ContainerManager } from '../containers/container-manager.js';
import type { ContainerLogs, LogFile } from '../logs/container-logs.js';

/** Bytes. */
const RangeSchema = Type.Object({ offset: Type.Optional(Type.String()), size: Type.Optional(Type.String()) });

export interface LogRoutesOptions {
  readonly containers: ContainerManager;
  readonly logs: ContainerLogs;
  nodeId(): string;
}

/** What `/ws/v1/node/applogs/{id}` answers. */
export interface ApplicationLogs {
  appLogs: {
    appId: string;
    nodeId: string;
    containers: { containerId: string; state: string; files: LogFile[] }[];
  };
}

export function registerLogRoutes(app: FastifyInstance, options: LogRoutesOptions): void {
  const { containers, logs } = options;
  const list = async (id: string): Promise<object> => {
    const containerId = parseContainerId(id);
    const files = await logs.filesOf(containerId);
    const containerLogInfo = files.map(({ name, sizeBytes, lastModifiedMs }) => ({
      fileName: name,
      fileSize: sizeBytes,
      lastModifiedTime: lastModifiedMs,
    }));
    return {
      containerLogsInfo: { containerLogInfo, logAggregationType: 'LOCAL', containerId, nodeId: options.nodeId() },
    };
  };
  const files = about('The log files of a container');
  app.get<{ Params: { id: string } }>('/ws/v1/node/containerlogs/:id', files, ({ params }) => list(params.id));
  app.get<{ Params: { id: string } }>('/ws/v1/node/containers/:id/logs', files, ({ params }) => list(params.id));

  for (const path of ['/ws/v1/node/containerlogs/:id/:file', '/ws/v1/node/containers/:id/logs/:file']) {
    app.get<{ Params: { id: string; file: string }; Querystring: Static<typeof RangeSchema> }>(
      path,
      about('A log file, or a part of it', { query: RangeSchema }),
      async ({ params, query }, reply) => {
        const range = { offset: wholeNumber('offset', query.offset, 0) ?? 0, size: wholeNumber('size', query.size) };
        const content = await logs.read(parseContainerId(params.id), params.file, range);
        return reply.type('text/plain; charset=utf-8').send(content);
      },
    );
  }

  app.get<{ Params: { id: string } }>(
    '/ws/v1/node/applogs/:id',
    about('The log files of an application’s containers here'),
    async ({ params }): Promise<ApplicationLogs> => {
      const appId = parseApplicationId(params.id);
      const found = await Promise.all(
        (await logs.containersOf(appId)).map(async (containerId) => ({
          containerId,
          state: containers.get(containerId)?.state ?? 'COMPLETE',
          files: await logs.filesOf(parseContainerId(containerId)),
        })),
      );
      return { appLogs: { appId, nodeId: options.nodeId(), containers: found } };
    },
  );
}

/** @throws HTTP_BAD_REQUEST */
function wholeNumber(name: string, text: string | undefined, min = -Infinity): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^-?\d+$/.test(text) && value >= min) return value;
  throw new WeftError('HTTP_BAD_REQUEST', `${name}=${text}: that is no whole number${min === 0 ? ' ≥ 0' : ''}.`);
}
