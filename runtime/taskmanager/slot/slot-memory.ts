/** The managed memory of a slot thread: how much of it caches and sorting may use, and where sorting goes beyond it. */
import { join } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import type { JobGraph } from '../../graph/job-graph.js';
import { ManagedMemory, type ManagedUsage, type MemoryShare } from '../../memory/index.js';
import { diskStore, type StateMemory } from '../../state/disk/index.js';
import { heapStore, type MakeKeyedStore } from '../../state/index.js';

/** Caches of strings take at most this part; without one, decoding is slower and works all the same. */
const CACHE_PART = 1 / 8;

/** Entries of state on disk that are in use may take this part of the thread's heap. */
const STATE_HEAP_PART = 0.3;
/** With less, state on disk makes no sense. */
const STATE_MIN_BYTES = 1024 * 1024;

/** What the main thread gives a slot. */
export interface SlotMemoryGrant {
  managedBytes: number;
  /** How the TaskManager's memory is divided, for messages. */
  plan: string;
  /** For what leaves memory; need not exist. */
  spillFolder: string;
}

export class SlotMemory {
  readonly managed: ManagedMemory;
  /** Whether keyed state lies on disk. */
  private readonly onDisk: boolean;
  /** For each operator whose keyed state is on disk. */
  private readonly stateBytes: number;
  private readonly stateHeapBytes: number;
  /** For each input that is sorted. */
  readonly sortBytes: number;
  private readonly caches: MemoryShare;

  /** @param vertexIds of the tasks in the slot */
  constructor(
    private readonly grant: SlotMemoryGrant,
    { edges, settings }: JobGraph,
    vertexIds: readonly string[],
  ) {
    this.managed = new ManagedMemory(grant.managedBytes, grant.plan);
    this.caches = this.managed.claim('String caches', grant.managedBytes * CACHE_PART);
    const sorting = vertexIds.filter((id) => edges.some(({ targetVertex, sorted }) => targetVertex === id && sorted));
    const keyed = vertexIds.filter((id) =>
      edges.some(({ targetVertex, partitioner }) => targetVertex === id && partitioner === 'HASH'),
    );
    this.onDisk = settings.stateBackend === 'rocksdb' && settings.runtimeMode !== 'BATCH';
    const stores = Math.max(1, keyed.length);
    this.stateBytes = Math.floor(this.managed.unclaimedBytes / stores);
    this.stateHeapBytes = Math.floor((getHeapStatistics().heap_size_limit * STATE_HEAP_PART) / stores);
    this.sortBytes = Math.floor(this.managed.unclaimedBytes / Math.max(1, sorting.length));
  }

  /** Books a cache. @returns whether there is memory for it */
  readonly reserveCache = (bytes: number): boolean => this.caches.reserve(bytes);

  /**
   * Where an operator keeps its keyed state.
   * @throws TASK_MANAGED_MEMORY when it is made, and when the index of its keys does not fit
   */
  storeOf(executionId: string, operatorId: string, operator: string): MakeKeyedStore {
    if (!this.onDisk) return heapStore;
    const { managed, stateBytes, stateHeapBytes: heapBytes } = this;
    const owner = `Keyed state of ${operator}`;
    return (parts) => {
      const share = managed.claim(owner, stateBytes, STATE_MIN_BYTES);
      const memory: StateMemory = {
        ...{ budgetBytes: share.budgetBytes, heapBytes },
        reserve: (bytes) => share.reserve(bytes),
        unreserve: (bytes) => share.unreserve(bytes),
        release: () => share.release(),
        tooLittle: (bytes) => managed.tooLittle(owner, bytes, share.budgetBytes),
      };
      return diskStore({ folder: join(this.spillFolder(executionId), `state-${operatorId}`), memory })(parts);
    };
  }

  /** A folder that nobody else uses. */
  spillFolder(executionId: string): string {
    return join(this.grant.spillFolder, executionId);
  }

  usage(): ManagedUsage {
    return this.managed.usage();
  }
}
