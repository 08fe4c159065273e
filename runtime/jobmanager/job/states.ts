/** The life of a job and of an execution, as tables. */
import type { TransitionTable } from '../../common/state-machine.js';
import type { ExecutionState } from '../../common/wire/protocols/taskmanager-jobmanager.js';

export type JobState =
  'INITIALIZING' | 'CREATED' | 'RUNNING' | 'FAILING' | 'FAILED' | 'CANCELLING' | 'CANCELED' | 'FINISHED' | 'RESTARTING';

export type JobEvent = 'initialized' | 'schedule' | 'restart' | 'fail' | 'cancel' | 'finish' | 'ended';

/** `ended`: no execution runs any longer. */
export const JOB_TRANSITIONS: TransitionTable<JobState, JobEvent> = {
  INITIALIZING: { initialized: 'CREATED', fail: 'FAILING', cancel: 'CANCELLING' },
  CREATED: { schedule: 'RUNNING', fail: 'FAILING', cancel: 'CANCELLING' },
  RUNNING: { finish: 'FINISHED', restart: 'RESTARTING', fail: 'FAILING', cancel: 'CANCELLING' },
  RESTARTING: { schedule: 'RUNNING', fail: 'FAILING', cancel: 'CANCELLING' },
  FAILING: { ended: 'FAILED', cancel: 'CANCELLING' },
  CANCELLING: { ended: 'CANCELED' },
  FAILED: {},
  CANCELED: {},
  FINISHED: {},
};

export const JOB_STATES = Object.keys(JOB_TRANSITIONS) as JobState[];

export type TerminalJobState = 'FINISHED' | 'FAILED' | 'CANCELED';

export function isTerminalJob(state: JobState): state is TerminalJobState {
  return state === 'FINISHED' || state === 'FAILED' || state === 'CANCELED';
}

/**
 * An execution's events are the states that its TaskManager reports or the JobManager orders. While it is being cancelled
 * whatever end it reports counts as cancelled, and reports of progress come too late to matter.
 */
export const EXECUTION_TRANSITIONS: TransitionTable<ExecutionState, ExecutionState> = {
  CREATED: { SCHEDULED: 'SCHEDULED', CANCELING: 'CANCELED', CANCELED: 'CANCELED', FAILED: 'FAILED' },
  SCHEDULED: { DEPLOYING: 'DEPLOYING', CANCELING: 'CANCELED', CANCELED: 'CANCELED', FAILED: 'FAILED' },
  DEPLOYING: {
    INITIALIZING: 'INITIALIZING',
    RUNNING: 'RUNNING',
    FINISHED: 'FINISHED',
    CANCELING: 'CANCELING',
    CANCELED: 'CANCELED',
    FAILED: 'FAILED',
  },
  INITIALIZING: {
    INITIALIZING: 'INITIALIZING',
    RUNNING: 'RUNNING',
    FINISHED: 'FINISHED',
    CANCELING: 'CANCELING',
    CANCELED: 'CANCELED',
    FAILED: 'FAILED',
  },
  RUNNING: {
    RUNNING: 'RUNNING',
    FINISHED: 'FINISHED',
    CANCELING: 'CANCELING',
    CANCELED: 'CANCELED',
    FAILED: 'FAILED',
  },
  CANCELING: {
    INITIALIZING: 'CANCELING',
    RUNNING: 'CANCELING',
    CANCELING: 'CANCELING',
    FINISHED: 'CANCELED',
    CANCELED: 'CANCELED',
    FAILED: 'CANCELED',
  },
  FINISHED: {},
  CANCELED: {},
  FAILED: {},
};

/** In the order in which Flink's REST API lists them; RECONCILING exists there only. */
export const EXECUTION_STATES = Object.keys(EXECUTION_TRANSITIONS) as ExecutionState[];

export function isTerminalExecution(state: ExecutionState): boolean {
  return state === 'FINISHED' || state === 'CANCELED' || state === 'FAILED';
}

/**
 * What a vertex shows for the states of its subtasks, as Flink's `ExecutionJobVertex` aggregates them: a failure first,
 * then a cancellation, RUNNING when none has still to initialize, and FINISHED only when all are.
 */
export function aggregateStates(states: readonly ExecutionState[]): ExecutionState {
  const has = (state: ExecutionState): boolean => states.includes(state);
  if (has('FAILED')) return 'FAILED';
  if (has('CANCELING')) return 'CANCELING';
  if (has('CANCELED')) return 'CANCELED';
  if (has('INITIALIZING')) return 'INITIALIZING';
  if (has('RUNNING')) return 'RUNNING';
  if (states.every((state) => state === 'FINISHED')) return 'FINISHED';
  if (has('FINISHED')) return 'RUNNING';
  if (has('DEPLOYING')) return 'DEPLOYING';
  if (has('SCHEDULED')) return 'SCHEDULED';
  return 'CREATED';
}
