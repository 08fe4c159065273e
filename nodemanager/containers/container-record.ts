/** What a NodeManager knows of one container, as it is kept on disk: enough to take it over after a restart. */
import type { ApplicationId, ContainerId } from '../../runtime/common/ids.js';
import type { EndedBy, ExitReason, MemoryParts } from '../../runtime/common/wire/protocols/exit-reason.js';
import type { ContainerStatus, Resource } from '../../runtime/common/wire/protocols/shared.js';
import type { ContainerState } from './container-states.js';

export interface ContainerRecord {
  readonly containerId: ContainerId;
  readonly applicationId: ApplicationId;
  readonly user: string;
  readonly resource: Resource;
  /** Secret that the container's processes show at the liveness endpoint. */
  readonly livenessToken: string;
  readonly createdMs: number;
  state: ContainerState;
  startedMs?: number;
  endedMs?: number;
  /** Leader of the process group (the wrapper around the program), with its start time: no other process has both. */
  leaderPid?: number;
  leaderStartTicks?: number;
  /** Why we end it, decided before its process ends; the first request counts. */
  stopRequest?: ExitReason;
  /** Who had a signal sent to it last, without having it stopped. */
  signalledBy?: EndedBy;
  /** What its program says that it plans its memory for. */
  memoryPlan?: MemoryParts;
  exit?: ExitReason;
  /** Whether the ResourceManager has acknowledged that the container ended. */
  endReported?: boolean;
}

/** @param live pid of the program and its resident memory, where known */
export function statusOf(record: ContainerRecord, live: { pid?: number; residentMb?: number } = {}): ContainerStatus {
  return {
    containerId: record.containerId,
    state: record.state,
    resource: record.resource,
    ...(record.exit === undefined ? {} : { exit: record.exit }),
    ...(live.pid === undefined ? {} : { pid: live.pid }),
    ...(record.startedMs === undefined ? {} : { startedMs: record.startedMs }),
    ...(live.residentMb === undefined ? {} : { residentMb: live.residentMb }),
  };
}
