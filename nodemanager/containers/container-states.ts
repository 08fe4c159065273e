/** The life of a container as a table. Pure: what each step does to the world is the container manager's affair. */
import type { Static } from 'typebox';
import type { TransitionTable } from '../../runtime/common/state-machine.js';
import type { ContainerStateSchema } from '../../runtime/common/wire/protocols/shared.js';

export type ContainerState = Static<typeof ContainerStateSchema>;

/**
 * localize: its files are being fetched. launched: its process runs. failed: it could not be started. stopped: it was
 * given up before its process ran. exited: its process ended, for whatever reason.
 */
export type ContainerEvent = 'localize' | 'launched' | 'failed' | 'stopped' | 'exited';

export const CONTAINER_TRANSITIONS: TransitionTable<ContainerState, ContainerEvent> = {
  NEW: { localize: 'LOCALIZING', launched: 'RUNNING', failed: 'COMPLETE', stopped: 'COMPLETE' },
  LOCALIZING: { launched: 'RUNNING', failed: 'COMPLETE', stopped: 'COMPLETE' },
  RUNNING: { exited: 'COMPLETE' },
  COMPLETE: {},
};
