/** The managed memory of a slot thread: how much of it caches and sorting may use, and where sorting goes beyond it. */
import { join } from 'node:path';
import type { JobGraph } from '../../graph/job-graph.js';
import { ManagedMemory, type ManagedUsage, type MemoryShare } from '../../memory/index.js';

/** Caches of strings take at most this part; without one, decoding is slower and works all the same. */
const CACHE_PART = 1 / 8;

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
  /** For each input that is sorted. */
  readonly sortBytes: number;
  private readonly caches: MemoryShare;

  /** @param vertexIds of the tasks in the slot */
  constructor(
    private readonly grant: SlotMemoryGrant,
    { edges }: JobGraph,
    vertexIds: readonly string[],
  ) {
    this.managed = new ManagedMemory(grant.managedBytes, grant.plan);
    this.caches = this.managed.claim('String caches', grant.managedBytes * CACHE_PART);
    const sorting = vertexIds.filter((id) => edges.some(({ targetVertex, sorted }) => targetVertex === id && sorted));
    this.sortBytes = Math.floor(this.managed.unclaimedBytes / Math.max(1, sorting.length));
  }

  /** Books a cache. @returns whether there is memory for it */
  readonly reserveCache = (bytes: number): boolean => this.caches.reserve(bytes);

  /** A folder that nobody else uses. */
  spillFolder(executionId: string): string {
    return join(this.grant.spillFolder, executionId);
  }

  usage(): ManagedUsage {
    return this.managed.usage();
  }
}
