/** YARN's REST API of a NodeManager: `/ws/v1/node`, its applications and containers. */
import type { FastifyInstance } from 'fastify';
import { Type, type Static } from 'typebox';
import { VERSION } from '../../runtime/common/version.js';
import { about, documentRoutes } from '../../runtime/common/http/openapi.js';
import { parseApplicationId, parseContainerId } from '../../runtime/common/ids.js';
import { EXIT_STATUS } from '../../runtime/common/wire/protocols/exit-reason.js';
import type { Resource } from '../../runtime/common/wire/protocols/shared.js';
import type { ContainerManager } from '../containers/container-manager.js';
import type { ContainerRecord } from '../containers/container-record.js';
import type { Health } from '../health/disk-health.js';
import type { ContainerLogs } from '../logs/container-logs.js';
import { notFound } from './rest-errors.js';

export interface NodeRoutesOptions {
  readonly containers: ContainerManager;
  readonly logs: ContainerLogs;
  readonly resource: Resource;
  readonly version: string;
  readonly startedMs: number;
  readonly memoryCheckEnabled: boolean;
  nodeId(): string;
  nodeHost(): string;
  httpAddress(): string;
  health(): Health;
  /** When the health was last looked at, epoch milliseconds. */
  healthCheckedMs(): number;
}

const ApplicationsQuery = Type.Object({ state: Type.Optional(Type.String()), user: Type.Optional(Type.String()) });

export function registerNodeRoutes(app: FastifyInstance, options: NodeRoutesOptions): void {
  documentRoutes(app, { title: 'Weft NodeManager', version: VERSION });
  const { containers } = options;
  const info = (): object => ({ nodeInfo: nodeInfo(options) });
  app.get('/ws/v1/node', about('The node'), info);
  app.get('/ws/v1/node/info', about('The node'), info);
  const listing = about('Applications with containers here, filtered', { query: ApplicationsQuery });
  app.get<{ Querystring: Static<typeof ApplicationsQuery> }>('/ws/v1/node/apps', listing, ({ query }) => {
    const found = applications(containers.list()).filter(
      (application) =>
        (query.state === undefined || application.state === query.state) &&
        (query.user === undefined || application.user === query.user),
    );
    return { apps: found.length === 0 ? null : { app: found } };
  });
  app.get<{ Params: { id: string } }>(
    '/ws/v1/node/apps/:id',
    about('An application with containers here'),
    ({ params }) => {
      const id = parseApplicationId(params.id);
      const application = applications(containers.list()).find((candidate) => candidate.id === id);
      if (application === undefined) throw notFound(`java.lang.Exception: app with id ${id} not found`);
      return { app: application };
    },
  );
  app.get('/ws/v1/node/containers', about('The containers here'), async () => {
    const all = await Promise.all(containers.list().map((record) => containerInfo(record, options)));
    return { containers: all.length === 0 ? null : { container: all } };
  });
  app.get<{ Params: { id: string } }>('/ws/v1/node/containers/:id', about('A container'), async ({ params }) => {
    const record = containers.get(parseContainerId(params.id));
    if (record === undefined) throw notFound(`java.lang.Exception: container with id, ${params.id}, not found`);
    return { container: await containerInfo(record, options) };
  });
}

function nodeInfo(options: NodeRoutesOptions): object {
  const { healthy, report } = options.health();
  const { version, resource } = options;
  const build = { nodeManagerVersionBuiltOn: '', hadoopVersionBuiltOn: '' };
  return {
    healthReport: report,
    totalVmemAllocatedContainersMB: resource.memoryMb,
    totalPmemAllocatedContainersMB: resource.memoryMb,
    totalVCoresAllocatedContainers: resource.vcores,
    vmemCheckEnabled: false,
    pmemCheckEnabled: options.memoryCheckEnabled,
    lastNodeUpdateTime: options.healthCheckedMs(),
    resourceTypes: 'memory-mb (unit=Mi), vcores',
    nodeHealthy: healthy,
    nodeManagerVersion: version,
    nodeManagerBuildVersion: version,
    hadoopVersion: version,
    hadoopBuildVersion: version,
    ...build,
    id: options.nodeId(),
    nodeHostName: options.nodeHost(),
    nmStartupTime: options.startedMs,
  };
}

interface ApplicationInfo {
  id: string;
  state: 'RUNNING' | 'FINISHED';
  user: string;
  containerids: string[];
}

function applications(records: readonly ContainerRecord[]): ApplicationInfo[] {
  const found = new Map<string, ApplicationInfo>();
  for (const { applicationId, containerId, state, user } of records) {
    const entry = found.get(applicationId) ?? { id: applicationId, state: 'FINISHED', user, containerids: [] };
    entry.containerids.push(containerId);
    if (state !== 'COMPLETE') entry.state = 'RUNNING';
    found.set(applicationId, entry);
  }
  return [...found.values()];
}

/** YARN's name of our state. */
function yarnState(record: ContainerRecord): string {
  if (record.state === 'RUNNING' && record.stopRequest !== undefined) return 'KILLING';
  return record.state === 'COMPLETE' ? 'DONE' : record.state;
}

async function containerInfo(record: ContainerRecord, options: NodeRoutesOptions): Promise<object> {
  const files = await options.logs.filesOf(record.containerId).catch(() => []);
  const { pid, residentMb } = options.containers.status(record);
  return {
    id: record.containerId,
    state: yarnState(record),
    exitCode: record.exit?.exitStatus ?? EXIT_STATUS.invalid,
    diagnostics: record.exit?.diagnostics ?? '',
    ...(record.exit === undefined ? {} : { exit: record.exit }),
    user: record.user,
    totalMemoryNeededMB: record.resource.memoryMb,
    totalVCoresNeeded: record.resource.vcores,
    executionType: 'GUARANTEED',
    containerLogsLink: `${options.httpAddress()}/ws/v1/node/containerlogs/${record.containerId}`,
    nodeId: options.nodeId(),
    containerLogFiles: files.map((file) => file.name),
    ...(pid === undefined ? {} : { pid }),
    ...(residentMb === undefined ? {} : { residentMemoryMB: residentMb }),
  };
}
