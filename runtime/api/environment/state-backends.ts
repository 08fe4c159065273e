/** Flink's names for where state lives. All of these keep it on the heap; they differ in where checkpoints go. */
import { apiError } from '../api-error.js';

export interface StateBackend {
  readonly type: 'hashmap';
  /** Where checkpoints go, if the backend says it. */
  readonly checkpointPath?: string;
}

/** State on the heap. */
export class HashMapStateBackend implements StateBackend {
  readonly type = 'hashmap';
}

/** The older name of state on the heap with checkpoints in the JobManager. */
export class MemoryStateBackend implements StateBackend {
  readonly type = 'hashmap';
}

/** The older name of state on the heap with checkpoints in a folder. */
export class FsStateBackend implements StateBackend {
  readonly type = 'hashmap';

  /** @param checkpointPath a folder that all nodes reach */
  constructor(readonly checkpointPath: string) {}
}

/** @throws API_BAD_ARGUMENT */
export function requireStateBackend(given: unknown): StateBackend {
  if ((given as Partial<StateBackend> | undefined)?.type === 'hashmap') return given as StateBackend;
  throw apiError(
    'API_BAD_ARGUMENT',
    'setStateBackend() takes a HashMapStateBackend, MemoryStateBackend or FsStateBackend.',
  );
}
