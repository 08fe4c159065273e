/** An application and its attempts and containers, as YARN's REST API prints them. */
import type { ApplicationId, ContainerId } from '../../../runtime/common/ids.js';
import { isEnded, publicState, type ApplicationRecord } from '../../apps/application.js';
import type { Application } from '../../apps/application-registry.js';
import type { AttemptRecord } from '../../apps/attempt.js';
import type { ContainerRecord } from '../../apps/container.js';
import type { EndedContainer } from '../../apps/ended-containers.js';
import type { ClusterView } from '../cluster-view.js';
import { logsUrl, withoutScheme } from './addresses.js';
import { timeoutView } from './timeout-view.js';

export interface ApplicationView {
  id: ApplicationId;
  priority: number;
  [member: string]: unknown;
}

export function applicationView(application: Application, view: ClusterView): ApplicationView {
  const { record } = application;
  const { submission } = record;
  const ended = isEnded(record.state);
  const attempt = application.attempts.at(-1);
  const nowMs = view.clock.nowMs();
  return {
    id: record.id,
    user: record.user,
    name: submission.name,
    queue: submission.queue,
    state: publicState(record),
    finalStatus: record.finalStatus,
    progress: record.progress * 100,
    trackingUI: trackingUi(application),
    ...(trackingUi(application) === 'UNASSIGNED' ? {} : { trackingUrl: `${view.url()}/proxy/${record.id}/` }),
    diagnostics: diagnosticsOf(application, view),
    clusterId: view.identity.clusterTimestampMs,
    applicationType: submission.type,
    applicationTags: submission.tags.join(','),
    priority: view.scheduler.effectivePriority(submission.priority),
    startedTime: record.submittedMs,
    launchTime: record.launchedMs,
    finishedTime: record.finishedMs,
    elapsedTime: (ended ? record.finishedMs : nowMs) - record.submittedMs,
    ...placeOf(attempt, record.user),
    ...usageOf(application, view),
    ...preemptionOf(record),
    logAggregationStatus: 'DISABLED',
    unmanagedApplication: false,
    appNodeLabelExpression: submission.label ?? '',
    amNodeLabelExpression: submission.amLabel ?? submission.label ?? '',
    timeouts: { timeout: [timeoutView(record, nowMs)] },
  };
}

function preemptionOf({ preempted }: ApplicationRecord): object {
  return {
    preemptedResourceMB: preempted?.memoryMb ?? 0,
    preemptedResourceVCores: preempted?.vcores ?? 0,
    numNonAMContainerPreempted: preempted?.containers ?? 0,
    numAMContainerPreempted: preempted?.appMasters ?? 0,
    preemptedMemorySeconds: Math.round(preempted?.memoryMbSeconds ?? 0),
    preemptedVcoreSeconds: Math.round(preempted?.vcoreSeconds ?? 0),
    preemptedResourceSecondsMap:
      preempted === undefined ? {} : { entry: { key: 'vcores', value: String(Math.round(preempted.vcoreSeconds)) } },
  };
}

export function attemptView(attempt: AttemptRecord, user: string): object {
  const { containerId = '', nodeHttpAddress = '', nodeId = '' } = attempt;
  return {
    id: attempt.number,
    startTime: attempt.startedMs,
    finishedTime: attempt.finishedMs,
    containerId,
    nodeHttpAddress: withoutScheme(nodeHttpAddress),
    nodeId,
    logsLink: containerId === '' ? '' : logsUrl(nodeHttpAddress, containerId, user),
    blacklistedNodes: '',
    nodesBlacklistedBySystem: (attempt.avoidedNodes ?? []).join(','),
    appAttemptId: attempt.id,
    exportPorts: 'null',
    appAttemptState: attempt.state,
    ...(attempt.exit === undefined ? {} : { amContainerExit: attempt.exit }),
  };
}

export interface ContainerView {
  containerId: ContainerId;
  [member: string]: unknown;
}

/** Here numbers are text, as YARN prints them. */
export function containerView(container: ContainerRecord, user: string, view: ClusterView): ContainerView {
  const nodeHttpAddress = view.nodes.httpAddressOf(container.nodeId);
  const { memoryMb, vcores, others = {} } = container.resource;
  return {
    containerId: container.id,
    allocatedMB: String(memoryMb),
    allocatedVCores: String(vcores),
    assignedNodeId: container.nodeId,
    priority: String(container.priority),
    startedTime: String(container.allocatedMs),
    finishedTime: '0',
    elapsedTime: String(view.clock.nowMs() - container.allocatedMs),
    logUrl: logsUrl(nodeHttpAddress, container.id, user),
    containerExitStatus: '0',
    containerState: container.state === 'RUNNING' ? 'RUNNING' : 'NEW',
    nodeHttpAddress,
    nodeId: container.nodeId,
    allocatedResources: {
      entry: [
        { key: 'memory-mb', value: String(memoryMb) },
        { key: 'vcores', value: String(vcores) },
        ...Object.entries(others).map(([key, value]) => ({ key, value: String(value) })),
      ],
    },
    exposedPorts: '',
  };
}

/** One that has ended: YARN's fields, and the reason as a value. */
export function endedContainerView(ended: EndedContainer, user: string, view: ClusterView): ContainerView {
  const { container, endedMs, exit } = ended;
  return {
    ...containerView(container, user, view),
    finishedTime: String(endedMs),
    elapsedTime: String(endedMs - container.allocatedMs),
    containerExitStatus: String(exit.exitStatus),
    containerState: 'COMPLETE',
    diagnosticsInfo: exit.diagnostics,
    exit,
  };
}

function trackingUi({ record, attempts }: Application): 'UNASSIGNED' | 'ApplicationMaster' | 'History' {
  if (isEnded(record.state) || record.state === 'FINISHING') return 'History';
  return attempts.at(-1)?.state === 'RUNNING' ? 'ApplicationMaster' : 'UNASSIGNED';
}

/** While an application waits, the reason stands where its diagnostics will. */
function diagnosticsOf({ record, attempts }: Application, view: ClusterView): string {
  if (record.state !== 'ACCEPTED') return record.diagnostics;
  const refusal = view.scheduler.refusal(record.id, view.clock.nowMs());
  const state = attempts.at(-1)?.state;
  const waitsFor =
    refusal?.message ??
    (state === 'LAUNCHED'
      ? 'The AppMaster was started and has not registered yet.'
      : 'The AppMaster is being started.');
  return record.diagnostics === '' ? waitsFor : `${record.diagnostics} Next attempt: ${waitsFor}`;
}

function placeOf(attempt: AttemptRecord | undefined, user: string): object {
  if (attempt?.containerId === undefined) return {};
  const { nodeHttpAddress = '', nodeId = '', host, rpcPort } = attempt;
  return {
    amContainerLogs: logsUrl(nodeHttpAddress, attempt.containerId, user),
    amHostHttpAddress: withoutScheme(nodeHttpAddress),
    ...(host === '' ? {} : { amRPCAddress: `${host}:${rpcPort}` }),
    masterNodeId: nodeId,
  };
}

/** −1 once nothing is held any more, as in YARN. */
function usageOf({ record }: Application, view: ClusterView): object {
  const usage = view.scheduler.usage(record.id);
  const nowMs = view.clock.nowMs();
  let { memoryMbSeconds, vcoreSeconds } = record;
  for (const { resource, allocatedMs } of view.containers.ofApplication(record.id)) {
    memoryMbSeconds += (resource.memoryMb * (nowMs - allocatedMs)) / 1000;
    vcoreSeconds += (resource.vcores * (nowMs - allocatedMs)) / 1000;
  }
  const capacityMb = view.scheduler.totals().capacity.memoryMb;
  const percentage = usage === undefined || capacityMb === 0 ? 0 : (usage.used.memoryMb / capacityMb) * 100;
  const queueShare = Number(view.scheduler.queueFacts(record.submission.queue, '')?.['absoluteCapacity'] ?? 1);
  return {
    allocatedMB: usage?.used.memoryMb ?? -1,
    allocatedVCores: usage?.used.vcores ?? -1,
    reservedMB: usage?.reserved.memoryMb ?? -1,
    reservedVCores: usage?.reserved.vcores ?? -1,
    runningContainers: usage?.containers ?? -1,
    memorySeconds: Math.round(memoryMbSeconds),
    vcoreSeconds: Math.round(vcoreSeconds),
    queueUsagePercentage: queueShare === 0 ? 0 : percentage / queueShare,
    clusterUsagePercentage: percentage,
    // YARN's JSON shows but the last entry of the map.
    resourceSecondsMap: { entry: { key: 'vcores', value: String(Math.round(vcoreSeconds)) } },
  };
}
