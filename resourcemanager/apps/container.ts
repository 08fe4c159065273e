/** A container as the ResourceManager sees it, from its allocation to its end. */
import type { ApplicationAttemptId, ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import { transition, type TransitionTable } from '../../runtime/common/state-machine.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';

export type ContainerState = 'ALLOCATED' | 'ACQUIRED' | 'RUNNING' | 'COMPLETED' | 'RELEASED' | 'EXPIRED' | 'KILLED';

export type ContainerEvent =
  /** Its AppMaster was told of it. */
  | 'acquire'
  /** Its node reported it. */
  | 'launch'
  | 'complete'
  /** Its AppMaster gave it back. */
  | 'release'
  /** It was never started. */
  | 'expire'
  | 'kill';

const ENDS = { complete: 'COMPLETED', release: 'RELEASED', kill: 'KILLED' } as const;

/** YARN's RMContainerState (without reservations). */
export const CONTAINER_TRANSITIONS: TransitionTable<ContainerState, ContainerEvent> = {
  ALLOCATED: { acquire: 'ACQUIRED', launch: 'RUNNING', expire: 'EXPIRED', ...ENDS },
  ACQUIRED: { acquire: 'ACQUIRED', launch: 'RUNNING', expire: 'EXPIRED', ...ENDS },
  RUNNING: { acquire: 'RUNNING', launch: 'RUNNING', ...ENDS },
  COMPLETED: {},
  RELEASED: {},
  EXPIRED: {},
  KILLED: {},
};

/** What the store keeps of a container while it lives. */
export interface ContainerRecord {
  id: ContainerId;
  applicationId: ApplicationId;
  /** The attempt that it was allocated to; later ones may have taken it over. */
  attemptId: ApplicationAttemptId;
  nodeId: NodeId;
  resource: Resource;
  priority: number;
  isAppMaster: boolean;
  state: ContainerState;
  allocatedMs: number;
}

/** @throws ILLEGAL_TRANSITION */
export function moveContainer(container: ContainerRecord, event: ContainerEvent): void {
  container.state = transition(container.id, CONTAINER_TRANSITIONS, container.state, event);
}
