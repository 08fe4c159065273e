/** The parts of YARN's REST answers that the page shows. */

export interface ClusterInfo {
  clusterInfo: { id: number; startedOn: number; state: string; resourceManagerVersion: string };
}

export interface ClusterMetrics {
  clusterMetrics: {
    appsSubmitted: number;
    appsRunning: number;
    appsPending: number;
    appsCompleted: number;
    appsFailed: number;
    appsKilled: number;
    allocatedMB: number;
    totalMB: number;
    allocatedVirtualCores: number;
    totalVirtualCores: number;
    containersAllocated: number;
    containersPending: number;
    activeNodes: number;
    lostNodes: number;
  };
}

export interface NodeReport {
  id: string;
  state: string;
  rack: string;
  nodeHTTPAddress: string;
  lastHealthUpdate: number;
  healthReport: string;
  numContainers: number;
  usedMemoryMB: number;
  availMemoryMB: number;
  usedVirtualCores: number;
  availableVirtualCores: number;
}

export interface AppReport {
  id: string;
  name: string;
  user: string;
  queue: string;
  state: string;
  finalStatus: string;
  applicationType: string;
  startedTime: number;
  finishedTime: number;
  elapsedTime: number;
  trackingUrl?: string;
  diagnostics: string;
  runningContainers: number;
  allocatedMB: number;
  allocatedVCores: number;
}

export interface ContainerReport {
  containerId: string;
  allocatedMB: string | number;
  allocatedVCores: string | number;
  assignedNodeId: string;
  containerState: string;
  startedTime: string | number;
  logUrl?: string;
}

export interface StepEvent {
  step: number;
  name: string;
  timeMs: number;
  role: string;
  pid: number;
  detail: Record<string, string | number>;
}

/** YARN answers an object where a list has one item, and `{}` where it has none. */
export function list<T>(value: T | T[] | undefined): T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

export interface GateReport {
  gate: string;
  passed: boolean;
  message: string;
  remedy?: string;
}

/** Weft's own: why an application waits. */
export interface ExplanationReport {
  verdict: string;
  pendingContainers: number;
  gates: GateReport[];
}

interface Amount {
  memoryMb: number;
  vcores: number;
}

export interface QueueReport {
  path: string;
  name: string;
  state: string;
  used: Amount;
  reserved: Amount;
  guaranteed: Amount;
  maximum: Amount;
  containers: number;
  pendingContainers: number;
  activeApplications: number;
  pendingApplications: number;
  children: QueueReport[];
}

/** Weft's own: the queues, in one form for all schedulers. */
export interface QueuesReport {
  scheduler: string;
  tree: QueueReport;
}
