/** One attempt to run an application's AppMaster. */
import type { ApplicationAttemptId, ApplicationId, ContainerId, NodeId } from '../../runtime/common/ids.js';
import { transition, type TransitionTable } from '../../runtime/common/state-machine.js';
import type { ExitReason } from '../../runtime/common/wire/protocols/index.js';

export type AttemptState =
  'NEW' | 'SCHEDULED' | 'ALLOCATED' | 'LAUNCHED' | 'RUNNING' | 'FINISHING' | 'FINISHED' | 'FAILED' | 'KILLED';

export type AttemptEvent = 'schedule' | 'allocate' | 'launch' | 'register' | 'finish' | 'end' | 'fail' | 'kill';

/** YARN's RMAppAttemptState, again without the states for slow saving. */
export const ATTEMPT_TRANSITIONS: TransitionTable<AttemptState, AttemptEvent> = {
  NEW: { schedule: 'SCHEDULED', kill: 'KILLED' },
  SCHEDULED: { allocate: 'ALLOCATED', fail: 'FAILED', kill: 'KILLED' },
  ALLOCATED: { launch: 'LAUNCHED', fail: 'FAILED', kill: 'KILLED' },
  LAUNCHED: { register: 'RUNNING', fail: 'FAILED', kill: 'KILLED' },
  // An AppMaster registers again after a restart of the ResourceManager.
  RUNNING: { register: 'RUNNING', finish: 'FINISHING', fail: 'FAILED', kill: 'KILLED' },
  // Whatever happens after it said that it is done, it is done.
  FINISHING: { finish: 'FINISHING', end: 'FINISHED', fail: 'FINISHED', kill: 'FINISHED' },
  FINISHED: {},
  FAILED: {},
  KILLED: {},
};

/** What the store keeps of an attempt. */
export interface AttemptRecord {
  id: ApplicationAttemptId;
  applicationId: ApplicationId;
  number: number;
  state: AttemptState;
  diagnostics: string;
  startedMs: number;
  finishedMs: number;
  /** The AppMaster's container, once there is one. */
  containerId?: ContainerId;
  nodeId?: NodeId;
  nodeHttpAddress?: string;
  /** Where the AppMaster's own server is, once it registered; empty and 0 before. */
  host: string;
  rpcPort: number;
  /** The JobManager's pages; empty until they are up. */
  trackingUrl: string;
  /** How the AppMaster's container ended, where that was its failure. */
  exit?: ExitReason;
  /** Whether its failure is held against the application: not when its node was lost. */
  countsAsFailure: boolean;
  /** Whether its failure speaks against its node, for AppMasters of the same application. */
  blamesNode?: boolean;
  /** Whether its AppMaster has sent a heartbeat. */
  isHeard?: boolean;
  /** Nodes that its AppMaster had to avoid. */
  avoidedNodes?: NodeId[];
}

export function isOver(state: AttemptState): boolean {
  return state === 'FINISHED' || state === 'FAILED' || state === 'KILLED';
}

/** @throws ILLEGAL_TRANSITION */
export function moveAttempt(attempt: AttemptRecord, event: AttemptEvent): void {
  attempt.state = transition(attempt.id, ATTEMPT_TRANSITIONS, attempt.state, event);
}
