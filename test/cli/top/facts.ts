import type { ApplicationReport, ClusterMetrics } from '../../../cli/client/application-report.js';
import type { TopSnapshot } from '../../../cli/top/snapshot.js';

export function application(number: number, facts: Partial<ApplicationReport> = {}): ApplicationReport {
  return {
    id: `application_1700000000000_000${number}`,
    user: 'ann',
    name: `job ${number}`,
    queue: 'default',
    state: 'RUNNING',
    finalStatus: 'UNDEFINED',
    progress: 0,
    diagnostics: '',
    applicationType: 'Weft',
    startedTime: 0,
    finishedTime: 0,
    elapsedTime: 0,
    ...facts,
  };
}

const METRICS: ClusterMetrics = {
  appsSubmitted: 9,
  appsPending: 1,
  appsRunning: 3,
  appsCompleted: 2,
  appsFailed: 2,
  appsKilled: 1,
  availableMB: 6656,
  allocatedMB: 1536,
  pendingMB: 1024,
  reservedMB: 0,
  availableVirtualCores: 5,
  allocatedVirtualCores: 3,
  pendingVirtualCores: 1,
  reservedVirtualCores: 0,
  containersAllocated: 3,
  containersPending: 1,
  containersReserved: 0,
  totalNodes: 2,
  activeNodes: 1,
  unhealthyNodes: 1,
  decommissioningNodes: 0,
  decommissionedNodes: 0,
  lostNodes: 4,
  rebootedNodes: 0,
};

export function snapshotOf(applications: ApplicationReport[], queueCount = 1): TopSnapshot {
  const nothing = { memoryMb: 0, vcores: 0 };
  const queues = Array.from({ length: queueCount }, (_, i) => ({
    path: `root.q${i}`,
    name: `q${i}`,
    state: 'RUNNING' as const,
    isLeaf: true,
    used: { memoryMb: i * 512, vcores: i },
    reserved: nothing,
    pending: nothing,
    pendingContainers: 0,
    reservedContainers: 0,
    containers: i,
    activeApplications: i,
    pendingApplications: 0,
    guaranteed: { memoryMb: 8192, vcores: 8 },
    maximum: { memoryMb: 8192, vcores: 8 },
  }));
  const uptimeMs = ((2 * 24 + 3) * 60 + 7) * 60_000;
  return { atMs: 0, uptimeMs, metrics: METRICS, queues, applications };
}
