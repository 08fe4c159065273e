/** Flink's names for where keyed state lives, and for where checkpoints go. */
import type { StateBackendName } from '../../graph/stream-graph.js';
import { apiError } from '../api-error.js';

export interface StateBackend {
  readonly type: StateBackendName;
  /** Where checkpoints go, if the backend says it. */
  readonly checkpointPath?: string;
  /** Whether checkpoints write only what is new. @default what the configuration says */
  readonly incremental?: boolean | undefined;
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

/** State on the disk of the node, with what is in use in memory: for more of it than memory holds. */
export class EmbeddedRocksDBStateBackend implements StateBackend {
  readonly type = 'rocksdb';

  /** @param incremental whether checkpoints write only what is new. @default what the configuration says */
  constructor(readonly incremental?: boolean) {}
}

/** The older name of state on disk with checkpoints in a folder. */
export class RocksDBStateBackend implements StateBackend {
  readonly type = 'rocksdb';

  /**
   * @param checkpointPath a folder that all nodes reach
   * @param incremental whether checkpoints write only what is new. @default what the configuration says
   */
  constructor(
    readonly checkpointPath: string,
    readonly incremental?: boolean,
  ) {}
}

/** @throws API_BAD_ARGUMENT */
export function requireStateBackend(given: unknown): StateBackend {
  const type = (given as Partial<StateBackend> | undefined)?.type;
  if (type === 'hashmap' || type === 'rocksdb') return given as StateBackend;
  throw apiError(
    'API_BAD_ARGUMENT',
    'setStateBackend() takes a HashMapStateBackend or an EmbeddedRocksDBStateBackend, or one of their older kinds.',
  );
}
