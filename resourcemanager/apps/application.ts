/** An application: what lasts of it, and its life as one table of legal transitions. */
import type { ApplicationId, NodeId } from '../../runtime/common/ids.js';
import { transition, type TransitionTable } from '../../runtime/common/state-machine.js';
import type { LaunchContext, Resource } from '../../runtime/common/wire/protocols/index.js';

export type ApplicationState =
  'NEW' | 'SUBMITTED' | 'ACCEPTED' | 'RUNNING' | 'FINISHING' | 'FINISHED' | 'FAILED' | 'KILLING' | 'KILLED';

export type ApplicationEvent =
  /** The submission is complete and stored. */
  | 'submit'
  /** The Scheduler took it: the first attempt waits for its container. */
  | 'accept'
  /** The AppMaster registered. */
  | 'register'
  /** An attempt failed, and another one may follow. */
  | 'retry'
  /** The last attempt failed. */
  | 'fail'
  /** The AppMaster said that it is done. */
  | 'finish'
  | 'kill'
  /** The AppMaster's container of an application that is finishing or being killed has ended. */
  | 'end';

/** YARN's RMAppState without the states for slow saving: the store answers at once. */
export const APPLICATION_TRANSITIONS: TransitionTable<ApplicationState, ApplicationEvent> = {
  NEW: { submit: 'SUBMITTED' },
  SUBMITTED: { accept: 'ACCEPTED', fail: 'FAILED', kill: 'KILLING' },
  ACCEPTED: { register: 'RUNNING', retry: 'ACCEPTED', fail: 'FAILED', kill: 'KILLING' },
  RUNNING: { register: 'RUNNING', retry: 'ACCEPTED', fail: 'FAILED', finish: 'FINISHING', kill: 'KILLING' },
  FINISHING: { finish: 'FINISHING', kill: 'FINISHING', end: 'FINISHED' },
  FINISHED: {},
  FAILED: {},
  KILLING: { kill: 'KILLING', end: 'KILLED' },
  KILLED: {},
};

/** YARN's YarnApplicationState: what clients see. */
export const PUBLIC_STATES = [
  'NEW',
  'NEW_SAVING',
  'SUBMITTED',
  'ACCEPTED',
  'RUNNING',
  'FINISHED',
  'FAILED',
  'KILLED',
] as const;
export type PublicState = (typeof PUBLIC_STATES)[number];

export type RecordedFinalStatus = 'UNDEFINED' | 'SUCCEEDED' | 'FAILED' | 'KILLED';

/** What a client asked for. */
export interface Submission {
  name: string;
  queue: string;
  type: string;
  tags: string[];
  priority: number;
  /** How often the AppMaster may be started; undefined = as often as the cluster allows. */
  maxAttempts: number | undefined;
  /** Whether running containers are handed to the next attempt. */
  keepContainers: boolean;
  /** Only failures within this time count; −1 = all. */
  failuresValidityMs: number;
  /** How long it may take from its submission on; undefined = unlimited. */
  lifetimeMs: number | undefined;
  resource: Resource;
  /** Node label of its containers; undefined = the default of its queue. */
  label?: string;
  /** Node label of its AppMaster, if another one. */
  amLabel?: string;
  context: LaunchContext;
  /** Who else may look at it or change it, as Hadoop writes access lists. */
  access?: { view?: string; modify?: string };
}

/** What the store keeps of an application. */
export interface ApplicationRecord {
  id: ApplicationId;
  /** Grows with each submission: FIFO's order. */
  submissionOrder: number;
  user: string;
  submission: Submission;
  maxAttempts: number;
  state: ApplicationState;
  finalStatus: RecordedFinalStatus;
  diagnostics: string;
  /** Key (hex) of the application's own tokens. */
  key: string;
  /** Between 0 and 1, as the AppMaster reports it. */
  progress: number;
  submittedMs: number;
  launchedMs: number;
  finishedMs: number;
  /** When it is killed if it has not ended by then, epoch milliseconds; undefined: its lifetime is not limited. */
  expiresMs?: number | undefined;
  /** Nodes that ran any of its containers: they are told when it is over. */
  nodes: NodeId[];
  /** Sum over ended containers of what they held and how long. */
  memoryMbSeconds: number;
  vcoreSeconds: number;
  /** What was taken from it for others, if anything was: sums, and how long it had been held. */
  preempted?: {
    memoryMb: number;
    vcores: number;
    containers: number;
    appMasters: number;
    memoryMbSeconds: number;
    vcoreSeconds: number;
  };
}

export function isEnded(state: ApplicationState): state is 'FINISHED' | 'FAILED' | 'KILLED' {
  return state === 'FINISHED' || state === 'FAILED' || state === 'KILLED';
}

/** Clients see an application as finished once its AppMaster said so, and as running until it is killed. */
export function publicState(application: ApplicationRecord): PublicState {
  switch (application.state) {
    case 'FINISHING':
      return 'FINISHED';
    case 'KILLING':
      return application.launchedMs === 0 ? 'ACCEPTED' : 'RUNNING';
    default:
      return application.state;
  }
}

/** @throws ILLEGAL_TRANSITION */
export function moveApplication(application: ApplicationRecord, event: ApplicationEvent): void {
  application.state = transition(application.id, APPLICATION_TRANSITIONS, application.state, event);
}
