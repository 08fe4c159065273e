/** The cluster, its metrics and its nodes, as YARN's REST API prints them. */
import { publicState, type PublicState } from '../../apps/application.js';
import { hostOf, isGone, type Node } from '../../nodes/node.js';
import { NOTHING, restResource, subtract } from '../../scheduler/index.js';
import type { ClusterView } from '../cluster-view.js';
import { withoutScheme } from './addresses.js';

export function infoView(view: ClusterView): object {
  return {
    ...processView(view, 'ACTIVE'),
    id: view.identity.clusterTimestampMs,
    rmStateStoreName: view.store.engineName,
  };
}

/** What can be said of a process that may not lead. */
export function processView(
  { startedMs, version }: Pick<ClusterView, 'startedMs' | 'version'>,
  haState: 'ACTIVE' | 'STANDBY',
): object {
  return {
    id: startedMs,
    startedOn: startedMs,
    state: 'STARTED',
    haState,
    rmStateStoreName: '',
    resourceManagerVersion: version,
    resourceManagerBuildVersion: version,
    resourceManagerVersionBuiltOn: '',
    hadoopVersion: '3.4.2',
    hadoopBuildVersion: '3.4.2',
    hadoopVersionBuiltOn: '',
    haZooKeeperConnectionState: 'Could not find leader elector. Verify both HA and automatic failover are enabled.',
  };
}

export function metricsView(view: ClusterView): object {
  const { capacity, used, containers, nodes, pending, pendingContainers, reserved, reservedContainers } =
    view.scheduler.totals();
  const apps = countBy([...view.applications.all()].map(({ record }) => publicState(record)));
  const states = countBy(view.nodes.all().map((node) => nodeStateView(node, view)));
  const utilizedMb = view.nodes.all().reduce((sum, { usedMemoryMb }) => sum + usedMemoryMb, 0);
  const count = (state: PublicState): number => apps.get(state) ?? 0;
  return {
    appsSubmitted: view.applications.size,
    appsCompleted: count('FINISHED'),
    appsPending: count('ACCEPTED') + count('SUBMITTED'),
    appsRunning: count('RUNNING'),
    appsFailed: count('FAILED'),
    appsKilled: count('KILLED'),
    reservedMB: reserved.memoryMb,
    availableMB: capacity.memoryMb - used.memoryMb,
    allocatedMB: used.memoryMb,
    pendingMB: pending.memoryMb,
    reservedVirtualCores: reserved.vcores,
    availableVirtualCores: capacity.vcores - used.vcores,
    allocatedVirtualCores: used.vcores,
    pendingVirtualCores: pending.vcores,
    containersAllocated: containers,
    containersReserved: reservedContainers,
    containersPending: pendingContainers,
    totalMB: capacity.memoryMb,
    utilizedMB: utilizedMb,
    totalVirtualCores: capacity.vcores,
    utilizedVirtualCores: 0,
    utilizedMBPercent: capacity.memoryMb === 0 ? 0 : Math.floor((utilizedMb / capacity.memoryMb) * 100),
    utilizedVirtualCoresPercent: 0,
    rmSchedulerBusyPercent: 0,
    totalNodes: nodes,
    lostNodes: states.get('LOST') ?? 0,
    unhealthyNodes: states.get('UNHEALTHY') ?? 0,
    decommissioningNodes: states.get('DECOMMISSIONING') ?? 0,
    decommissionedNodes: states.get('DECOMMISSIONED') ?? 0,
    rebootedNodes: 0,
    activeNodes: states.get('RUNNING') ?? 0,
    shutdownNodes: states.get('SHUTDOWN') ?? 0,
    containerAssignedPerSecond: 0,
    totalAllocatedContainersAcrossPartition: 0,
    crossPartitionMetricsAvailable: false,
    rmEventQueueSize: 0,
    schedulerEventQueueSize: 0,
  };
}

type NodeStateName = Exclude<Node['state'], 'SUSPECT'> | 'DECOMMISSIONING';

/** What YARN's clients call its state: a suspect node is running until the verdict. */
export function nodeStateView(node: Node, { decommissioning }: ClusterView): NodeStateName {
  if (!isGone(node) && decommissioning.leaveOf(node.id) !== undefined) return 'DECOMMISSIONING';
  return node.state === 'SUSPECT' ? 'RUNNING' : node.state;
}

/** Also what is worth knowing besides its health. */
function healthReportOf(node: Node, { decommissioning }: ClusterView): string {
  const { healthReport, state } = node;
  const report =
    state === 'SUSPECT' && healthReport === '' ? 'Its connection is broken; it is waited for.' : healthReport;
  const leave = isGone(node) ? undefined : decommissioning.leaveOf(node.id);
  if (leave === undefined) return report;
  const until = leave.deadlineMs === undefined ? '' : `, at ${new Date(leave.deadlineMs).toISOString()} at the latest`;
  return `${report} It leaves when what runs there has ended${until}.`.trim();
}

export function nodeView(node: Node, view: ClusterView): object {
  const { used, containers } = view.scheduler.nodeUsage(node.id) ?? { used: NOTHING, containers: [] };
  const label = view.labels.of(node.id);
  const capacity = isGone(node) ? NOTHING : node.capacity;
  const free = subtract(capacity, used);
  return {
    rack: node.rack,
    state: nodeStateView(node, view),
    id: node.id,
    nodeHostName: hostOf(node.id),
    nodeHTTPAddress: withoutScheme(node.httpAddress),
    lastHealthUpdate: node.lastHeardMs,
    version: node.version,
    healthReport: healthReportOf(node, view),
    numContainers: containers.length,
    usedMemoryMB: used.memoryMb,
    availMemoryMB: free.memoryMb,
    usedVirtualCores: used.vcores,
    availableVirtualCores: free.vcores,
    memUtilization: 0,
    cpuUtilization: 0,
    numRunningOpportContainers: 0,
    usedMemoryOpportGB: 0,
    usedVirtualCoresOpport: 0,
    numQueuedContainers: 0,
    allocationTags: {},
    ...(label === '' ? {} : { nodeLabels: [label] }),
    resourceUtilization: {
      nodePhysicalMemoryMB: 0,
      nodeVirtualMemoryMB: 0,
      nodeCPUUsage: 0,
      aggregatedContainersPhysicalMemoryMB: node.usedMemoryMb,
      aggregatedContainersVirtualMemoryMB: 0,
      containersCPUUsage: 0,
    },
    usedResource: restResource(used),
    availableResource: restResource(free),
    nodeAttributesInfo: {},
    totalResource: restResource(capacity),
  };
}

function countBy<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
