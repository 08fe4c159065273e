/** Takes logs back into a store on disk: one of the same key groups as it is, others record by record. */
import type { KeyedTables } from '../keyed-store.js';
import type { LogRestore } from '../snapshot.js';
import type { DiskBucket } from './disk-bucket.js';
import type { DiskStore } from './disk-store.js';
import { parseLogDescription, type LogDescription } from './log-description.js';
import { GONE } from './log-record.js';
import { bucketsOf, replayLog, type BucketOfThen } from './log-restore.js';
import type { Segment } from './segment.js';

/** @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN, STATE_MAX_PARALLELISM_CHANGED, STATE_DISK_FAILED */
export async function restoreToLog(store: DiskStore, logs: readonly LogRestore[], tables: KeyedTables): Promise<void> {
  const { maxParallelism, keyGroups } = store.keySpace;
  const described = logs.map((log) => ({ log, description: parseLogDescription(log.description, maxParallelism) }));
  const [first] = described;
  for (const { description } of described) {
    for (const { name, kind, type } of description.states) tables.restoreType(name, kind, type);
  }
  const { start, end } = first.description.keyGroups;
  if (described.length === 1 && start === keyGroups.start && end === keyGroups.end) {
    await adopt(store, first.log, first.description, tables);
    return;
  }
  for (const { log, description } of described) await copy(store, log, description, tables);
}

/** Goes on with the log of then: what checkpoints have of it need not be written again. */
async function adopt(
  store: DiskStore,
  log: LogRestore,
  description: LogDescription,
  tables: KeyedTables,
): Promise<void> {
  const buckets = new Map<number, DiskBucket>();
  // Numbers of the run of then stay; what was made before the restore gets others.
  store.nextBucket = 1 + Math.max(0, ...description.buckets.map(([number]) => number));
  for (const bucket of [...store.log.buckets.values()]) store.renumber(bucket, store.nextBucket++);
  for (const [number, { name, kind, namespace, shapes }] of bucketsOf(description)) {
    const bucket = bucketOf(store, tables, { name, kind, namespace });
    store.renumber(bucket, number);
    buckets.set(number, bucket);
    if (bucket.state.shapes.length === 0) bucket.state.shapes.push(...shapes);
  }
  const { segments } = store.log;
  let segment: Segment | undefined;
  await replayLog(log, description, {
    segment: (id) => {
      segment = segments.adopt(id);
    },
    part(bytes, file) {
      segments.appendRaw(bytes);
      if (segment === undefined || file === undefined || !log.reusable) return;
      segment.parts.push(file);
      segment.storedBytes = segment.sizeBytes;
    },
    record({ bucket: number, shape }, cursor, offset) {
      const bucket = buckets.get(number);
      if (segment === undefined || bucket === undefined) return;
      store.log.index(bucket, cursor, shape, segments.addressIn(segment, offset));
    },
  });
  segments.seal();
}

function bucketOf(
  { log }: DiskStore,
  tables: KeyedTables,
  { name, kind, namespace }: Omit<BucketOfThen, 'shapes'>,
): DiskBucket {
  const { section } = tables.table(name, kind).bucket(namespace);
  for (const bucket of log.buckets.values()) {
    if (bucket.section === section && bucket.namespace === namespace) return bucket;
  }
  throw new Error(`the bucket of ${name} is not in the store`);
}

/** Appends what belongs to the key groups of now. */
async function copy(
  store: DiskStore,
  log: LogRestore,
  description: LogDescription,
  tables: KeyedTables,
): Promise<void> {
  const { maxParallelism, keyGroups } = store.keySpace;
  const buckets = new Map(
    [...bucketsOf(description)].map(([number, { name, kind, namespace, shapes }]) => {
      const bucket = bucketOf(store, tables, { name, kind, namespace });
      return [number, { bucket, shapes: shapes.map((shape) => bucket.state.numberOf(shape)) }];
    }),
  );
  await replayLog(log, description, {
    record({ bucket: number, hash, shape, keyEnd, length }, cursor) {
      const group = hash % maxParallelism;
      const known = buckets.get(number);
      if (known === undefined || group < keyGroups.start || group > keyGroups.end) return;
      const ownShape = shape === GONE ? GONE : known.shapes[shape - 1];
      store.log.import(known.bucket, cursor, keyEnd, cursor.pos + length, ownShape);
      store.cleaner.look();
    },
  });
}
