import type { TransitionTable } from '../../runtime/common/state-machine.js';

/**
 * Life of a TaskManager as its AppMaster sees it. STARTING: its container was allocated and its NodeManager was told to
 * start it. LAUNCHED: its process runs. REGISTERED: the JobManager knows it. STOPPING: it was given back; what remains is
 * the word that its container has ended.
 */
export type WorkerState = 'STARTING' | 'LAUNCHED' | 'REGISTERED' | 'STOPPING';
export type WorkerEvent = 'launched' | 'registered' | 'stop';

export const WORKER_TRANSITIONS: TransitionTable<WorkerState, WorkerEvent> = {
  // A TaskManager can be faster than the answer of its NodeManager.
  STARTING: { launched: 'LAUNCHED', registered: 'REGISTERED', stop: 'STOPPING' },
  LAUNCHED: { registered: 'REGISTERED', stop: 'STOPPING' },
  REGISTERED: { stop: 'STOPPING' },
  STOPPING: {},
};
