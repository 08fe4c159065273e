/** Keyed state on disk: the store of one operator of one subtask. */
import type { Clock } from '../../common/clock.js';
import type { WeftError } from '../../common/errors/index.js';
import type {
  KeyedContent,
  KeyedSnapshot,
  KeyedStore,
  KeyedStoreParts,
  KeyedTables,
  MakeKeyedStore,
} from '../keyed-store.js';
import { PortionWriter } from '../portion-writer.js';
import type { Namespace, Section } from '../section-format.js';
import type { LogRestore } from '../snapshot.js';
import { CellCache } from './cell-cache.js';
import { Cleaner } from './cleaner.js';
import { Closing } from './closing.js';
import { DiskBucket, type DiskBucketParts } from './disk-bucket.js';
import type { DiskCell } from './disk-cell.js';
import { DiskSnapshot } from './disk-snapshot.js';
import { DiskState } from './disk-state.js';
import { EntryLog } from './entry-log.js';
import { restoreToLog } from './restore-to-log.js';
import { BUFFER_BYTES } from './segment-log.js';

/** The part of a slot's managed memory that the store may use. */
export interface StateMemory {
  readonly budgetBytes: number;
  /** What entries that are in use may take of it on the thread's heap. */
  readonly heapBytes: number;
  /** Books bytes. @returns whether the budget allows it */
  reserve(bytes: number): boolean;
  unreserve(bytes: number): void;
  release(): void;
  /** What is thrown when the index of the keys does not fit. */
  tooLittle(neededBytes: number): WeftError;
}

export interface DiskStoreOptions {
  /** For the log; nobody else uses it, and it need not exist. */
  readonly folder: string;
  readonly memory: StateMemory;
  /** Length of the log's files. @default 16 MB, which is the most */
  readonly segmentBytes?: number;
}

/** Below this there is no sense in a cache. */
const MIN_CACHE_BYTES = 256 * 1024;
/** Buffers of the log, of reading and of cleaning. */
const FIXED_BYTES = 2 * BUFFER_BYTES;

export function diskStore(options: DiskStoreOptions): MakeKeyedStore {
  return (parts) => new DiskStore(parts, options);
}

export class DiskStore implements KeyedStore {
  readonly keepsCells = false;
  readonly log: EntryLog;
  readonly cleaner: Cleaner;
  readonly states = new Map<string, DiskState>();
  /** Of the log's parts, one after the other. */
  uploads: Promise<unknown> = Promise.resolve();
  /** Numbers of buckets only grow. */
  nextBucket = 1;
  private readonly cache: CellCache;
  private readonly bucketParts: DiskBucketParts;
  private closing: Closing | undefined;
  private indexBytes = 0;

  constructor(
    private readonly parts: KeyedStoreParts,
    private readonly options: DiskStoreOptions,
  ) {
    this.log = new EntryLog(options.folder, options.segmentBytes);
    this.cleaner = new Cleaner(this.log);
    this.cache = new CellCache(
      () => {
        const { budgetBytes, heapBytes } = options.memory;
        return Math.max(MIN_CACHE_BYTES, Math.min(heapBytes, budgetBytes - this.indexBytes - FIXED_BYTES));
      },
      (cell) => this.leave(cell),
    );
    const { log, cache } = this;
    this.bucketParts = {
      ...{ log, cache, epochs: parts.epochs },
      write: (cell) => this.write(cell),
      onIndexBytes: (bytes) => this.bookIndex(bytes),
      onDrop: (bucket) => this.dropped(bucket),
    };
  }

  get clock(): Clock {
    return this.parts.clock;
  }

  get keySpace(): KeyedStoreParts['keySpace'] {
    return this.parts.keySpace;
  }

  bucket(section: Section, namespace: Namespace): DiskBucket {
    const bucket = new DiskBucket(section, namespace, this.stateOf(section), this.nextBucket++, this.bucketParts);
    this.log.buckets.set(bucket.number, bucket);
    return bucket;
  }

  snapshot(content: KeyedContent): KeyedSnapshot {
    const { epochs, keySpace } = this.parts;
    // Records of two moments must not mix in the log.
    this.closing?.finish();
    const run = epochs.begin(new PortionWriter(keySpace.maxParallelism, keySpace.keyGroups));
    const buckets = content.tables.flatMap((table) => [...table.all()] as DiskBucket[]);
    this.cleaner.paused = true;
    const closing = new Closing(this, this.cache.snapshot(), buckets, run.epoch, () => {
      this.closing = undefined;
      this.cleaner.paused = false;
      for (const bucket of closing.dropped) bucket.table.clear();
    });
    this.closing = closing;
    return new DiskSnapshot(this, { content, run, epochs, closing });
  }

  async restoreLogs(logs: readonly LogRestore[], tables: KeyedTables): Promise<void> {
    await restoreToLog(this, logs, tables);
  }

  renumber(bucket: DiskBucket, number: number): void {
    const { buckets } = this.log;
    if (buckets.get(bucket.number) === bucket) buckets.delete(bucket.number);
    bucket.number = number;
    buckets.set(number, bucket);
  }

  /** Brings an entry into the log, if anybody can still want it. */
  write(cell: DiskCell): void {
    if (cell.epoch >= cell.bucket.droppedIn) return;
    this.log.write(cell);
    this.cache.weigh(cell);
    this.cleaner.look();
  }

  close(): void {
    this.log.segments.close();
    this.options.memory.release();
  }

  /** The state as the log has it; known by its name. */
  stateOf({ name, kind }: Pick<Section, 'name' | 'kind'>): DiskState {
    let state = this.states.get(name);
    if (state === undefined) {
      state = new DiskState(name, kind);
      this.states.set(name, state);
    }
    return state;
  }

  /** @returns whether the entry may leave memory */
  private leave(cell: DiskCell): boolean {
    if (cell.dirty) {
      // It belongs behind everything of the moment that is being closed.
      if (this.closing !== undefined && cell.epoch === this.parts.epochs.current) return false;
      this.write(cell);
      cell.dirty = false;
    }
    cell.bucket.forget(cell);
    return true;
  }

  private dropped(bucket: DiskBucket): void {
    this.log.forget(bucket);
    if (this.closing === undefined) bucket.table.clear();
    else this.closing.dropped.push(bucket);
  }

  private bookIndex(bytes: number): void {
    const { memory } = this.options;
    this.indexBytes += bytes;
    if (bytes < 0) memory.unreserve(-bytes);
    else if (!memory.reserve(bytes)) throw memory.tooLittle(this.indexBytes + FIXED_BYTES + MIN_CACHE_BYTES);
  }
}
