/** Applications as the ResourceManager's REST API reports them, in YARN's field names. */
import type { ExitReason } from '../../runtime/common/wire/protocols/exit-reason.js';

export const APPLICATION_STATES = [
  'NEW',
  'NEW_SAVING',
  'SUBMITTED',
  'ACCEPTED',
  'RUNNING',
  'FINISHED',
  'FAILED',
  'KILLED',
] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

export interface ApplicationReport {
  id: string;
  user: string;
  name: string;
  queue: string;
  state: ApplicationState;
  finalStatus: string;
  /** Percent. */
  progress: number;
  /** In a report: address of the JobManager, empty while there is none. In a list: of the pages. */
  trackingUrl?: string;
  diagnostics: string;
  applicationType: string;
  startedTime: number;
  finishedTime: number;
  elapsedTime: number;
  allocatedMB?: number;
  allocatedVCores?: number;
  runningContainers?: number;
  reservedMB?: number;
  reservedVCores?: number;
  memorySeconds?: number;
  vcoreSeconds?: number;
  amHostHttpAddress?: string;
}

/** Whether the application is over. */
export function isOver({ state }: ApplicationReport): boolean {
  return state === 'FINISHED' || state === 'FAILED' || state === 'KILLED';
}

export interface AttemptReport {
  id: number;
  appAttemptId: string;
  startTime: number;
  finishedTime: number;
  containerId: string;
  nodeHttpAddress: string;
  nodeId: string;
  logsLink: string;
  appAttemptState: string;
}

export interface AttemptDetails {
  appAttemptId: string;
  appAttemptState: string;
  amContainerId: string;
  host: string;
  rpcPort: string;
  trackingUrl: string;
  diagnosticsInfo: string;
}

/** Numbers are text, as YARN prints them here. */
export interface ContainerReport {
  containerId: string;
  allocatedMB: string;
  allocatedVCores: string;
  assignedNodeId: string;
  priority: string;
  /** Epoch milliseconds. */
  startedTime: string;
  containerState: string;
  logUrl: string;
  nodeHttpAddress: string;
  /** Epoch milliseconds, 0 while it runs. */
  finishedTime: string;
  /** Why it ended, once it has. */
  exit?: ExitReason;
}

export interface NodeReport {
  id: string;
  state: string;
  nodeHTTPAddress: string;
  healthReport: string;
  numContainers: number;
  usedMemoryMB: number;
  availMemoryMB: number;
  usedVirtualCores: number;
  availableVirtualCores: number;
  rack: string;
  /** Epoch milliseconds. */
  lastHealthUpdate: number;
  nodeLabels?: string[];
}

/** Those of YARN's figures that commands show. */
export interface ClusterMetrics {
  appsSubmitted: number;
  appsPending: number;
  appsRunning: number;
  appsCompleted: number;
  appsFailed: number;
  appsKilled: number;
  availableMB: number;
  allocatedMB: number;
  pendingMB: number;
  reservedMB: number;
  availableVirtualCores: number;
  allocatedVirtualCores: number;
  pendingVirtualCores: number;
  reservedVirtualCores: number;
  containersAllocated: number;
  containersPending: number;
  containersReserved: number;
  totalNodes: number;
  activeNodes: number;
  unhealthyNodes: number;
  decommissioningNodes: number;
  decommissionedNodes: number;
  lostNodes: number;
  rebootedNodes: number;
}

export interface NodeLabelReport {
  name: string;
  exclusivity: boolean;
}

/** One gate on the way to a container. */
export interface GateReport {
  gate: string;
  passed: boolean;
  message: string;
  remedy?: string;
}

/** Why an application waits, or that it does not. */
export interface Explanation {
  id: string;
  state: ApplicationState;
  queue: string;
  verdict: string;
  pendingContainers: number;
  gates: GateReport[];
}
