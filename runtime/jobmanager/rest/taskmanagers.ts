/** `/taskmanagers` and below. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SlotPool } from '../slot-pool.js';
import type { TaskManager } from '../task-managers.js';
import { RestError, pathParam, queryList } from './conventions.js';
import type { RestContext } from './context.js';
import { aggregateMetrics, selectMetrics } from './metrics.js';

const MIB = 1024 * 1024;

export function taskManagerRoutes(app: FastifyInstance, context: RestContext): void {
  const { taskManagers, pool } = context.jobManager;
  const find = (request: FastifyRequest): TaskManager => {
    const id = pathParam(request, 'taskmanagerid');
    const taskManager = taskManagers.get(id);
    if (taskManager === undefined) throw new RestError(404, `No TaskExecutor registered under ${id}.`);
    return taskManager;
  };
  app.get('/taskmanagers', () => ({ taskmanagers: taskManagers.list().map((it) => summaryOf(it, pool)) }));
  app.get('/taskmanagers/:taskmanagerid', (request) => detailsOf(find(request), pool));
  app.get('/taskmanagers/:taskmanagerid/metrics', (request) =>
    selectMetrics(metricsOf(find(request)), queryList(request, 'get')),
  );
  app.get('/taskmanagers/metrics', (request) => {
    const ids = queryList(request, 'taskmanagers');
    const members = taskManagers.list().filter(({ registration }) => ids?.includes(registration.resourceId) ?? true);
    return aggregateMetrics(members.map(metricsOf), queryList(request, 'get'), queryList(request, 'agg'));
  });
}

/** Flink's ResourceProfile; memory in MiB. `slots` of the TaskManager's `of`. */
function resourceOf({ registration }: TaskManager, slots: number): object {
  const { memory, slots: of } = registration;
  const share = (bytes: number): number => Math.floor((bytes * slots) / of / MIB);
  return {
    cpuCores: slots,
    taskHeapMemory: share(memory.heapBytes),
    taskOffHeapMemory: 0,
    managedMemory: share(memory.managedBytes),
    networkMemory: share(memory.networkBytes),
    extendedResources: {},
  };
}

function summaryOf(taskManager: TaskManager, pool: SlotPool): object {
  const { registration, lastHeartbeatMs } = taskManager;
  const { resourceId, host, data, slots, hardware, memory } = registration;
  const free = pool.freeSlotsOf(resourceId);
  return {
    id: resourceId,
    path: `tcp://${host}:${data.port}`,
    dataPort: data.port,
    jmxPort: -1,
    timeSinceLastHeartbeat: lastHeartbeatMs,
    slotsNumber: slots,
    freeSlots: free,
    totalResource: resourceOf(taskManager, slots),
    freeResource: resourceOf(taskManager, free),
    hardware: {
      cpuCores: hardware.cpuCores,
      physicalMemory: hardware.physicalMemoryBytes,
      freeMemory: hardware.freeMemoryBytes,
      managedMemory: memory.managedBytes,
    },
    memoryConfiguration: {
      frameworkHeap: 0,
      taskHeap: memory.heapBytes,
      frameworkOffHeap: 0,
      taskOffHeap: 0,
      networkMemory: memory.networkBytes,
      managedMemory: memory.managedBytes,
      jvmMetaspace: 0,
      jvmOverhead: memory.overheadBytes,
      totalFlinkMemory: memory.processBytes - memory.overheadBytes,
      totalProcessMemory: memory.processBytes,
    },
  };
}

function detailsOf(taskManager: TaskManager, pool: SlotPool): object {
  const { registration, heartbeat } = taskManager;
  const heapUsed = heartbeat?.heapUsedBytes ?? 0;
  const resident = heartbeat?.residentBytes ?? 0;
  const total = heartbeat?.totalNetworkSegments ?? 0;
  const used = heartbeat?.usedNetworkSegments ?? 0;
  const { heapBytes, segmentBytes } = registration.memory;
  return {
    ...summaryOf(taskManager, pool),
    allocatedSlots: pool
      .ownersOf(registration.resourceId)
      .map((jobId) => ({ jobId, resource: resourceOf(taskManager, 1) })),
    metrics: {
      heapUsed,
      heapCommitted: heapUsed,
      heapMax: heapBytes,
      nonHeapUsed: Math.max(0, resident - heapUsed),
      nonHeapCommitted: Math.max(0, resident - heapUsed),
      nonHeapMax: -1,
      directCount: total,
      directUsed: total * segmentBytes,
      directMax: total * segmentBytes,
      mappedCount: 0,
      mappedUsed: 0,
      mappedMax: 0,
      memorySegmentsAvailable: total - used,
      memorySegmentsTotal: total,
      nettyShuffleMemorySegmentsAvailable: total - used,
      nettyShuffleMemorySegmentsUsed: used,
      nettyShuffleMemorySegmentsTotal: total,
      nettyShuffleMemoryAvailable: (total - used) * segmentBytes,
      nettyShuffleMemoryUsed: used * segmentBytes,
      nettyShuffleMemoryTotal: total * segmentBytes,
      garbageCollectors: [],
    },
  };
}

function managedUsed(heartbeat: TaskManager['heartbeat']): number {
  return (heartbeat?.managedMemory ?? []).reduce((sum, { usedBytes }) => sum + usedBytes, 0);
}

/** By Flink's names, as far as they mean something for a Node process. */
function metricsOf({ registration, heartbeat }: TaskManager): ReadonlyMap<string, number> {
  const { memory } = registration;
  const heapUsed = heartbeat?.heapUsedBytes ?? 0;
  return new Map([
    ['Status.JVM.Memory.Heap.Used', heapUsed],
    ['Status.JVM.Memory.Heap.Max', memory.heapBytes],
    ['Status.JVM.Memory.NonHeap.Used', Math.max(0, (heartbeat?.residentBytes ?? 0) - heapUsed)],
    ['Status.JVM.Memory.Metaspace.Used', 0],
    ['Status.JVM.Memory.Metaspace.Max', 0],
    ['Status.Shuffle.Netty.UsedMemory', (heartbeat?.usedNetworkSegments ?? 0) * memory.segmentBytes],
    ['Status.Shuffle.Netty.TotalMemory', (heartbeat?.totalNetworkSegments ?? 0) * memory.segmentBytes],
    ['Status.Flink.Memory.Managed.Used', managedUsed(heartbeat)],
    ['Status.Flink.Memory.Managed.Total', memory.managedBytes],
  ]);
}
