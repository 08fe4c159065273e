import { keyIdentity, readKeyBytes, type KeyIdentity } from '../../serde/index.js';
import type { KeySpace } from '../keyed-state-backend.js';
import type { EntryTaker } from '../keyed-store.js';
import type { LogRestore } from '../snapshot.js';
import { DiskState } from './disk-state.js';
import { parseLogDescription } from './log-description.js';
import { GONE, HEADER_BYTES } from './log-record.js';
import { bucketsOf, replayLog } from './log-restore.js';

/** What of logs counts, entry by entry, for keyed state of any kind. @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN */
export async function restoreEntries(
  logs: readonly LogRestore[],
  { maxParallelism, keyGroups }: KeySpace,
  taker: EntryTaker,
): Promise<void> {
  for (const log of logs) {
    const description = parseLogDescription(log.description, maxParallelism);
    for (const { name, kind, type } of description.states) taker.restoreType(name, kind, type);
    const buckets = new Map(
      [...bucketsOf(description)].map(([number, bucket]) => {
        const state = new DiskState(bucket.name, bucket.kind);
        for (const shape of bucket.shapes) state.numberOf(shape);
        return [
          number,
          { ...bucket, state, entries: new Map<KeyIdentity, { key: unknown; value: unknown; bytes: number }>() },
        ];
      }),
    );
    await replayLog(log, description, {
      record({ bucket: number, hash, shape, keyEnd, length }, cursor) {
        const group = hash % maxParallelism;
        const bucket = buckets.get(number);
        if (bucket === undefined || group < keyGroups.start || group > keyGroups.end) return;
        const end = cursor.pos + length;
        const key = readKeyBytes(cursor, cursor.pos + HEADER_BYTES, keyEnd);
        cursor.pos = keyEnd;
        if (shape === GONE) bucket.entries.delete(keyIdentity(key));
        else
          bucket.entries.set(keyIdentity(key), {
            key,
            value: bucket.state.read(shape, cursor, end),
            bytes: length - HEADER_BYTES,
          });
      },
    });
    for (const { name, kind, namespace, entries } of buckets.values()) {
      for (const { key, value, bytes } of entries.values()) {
        taker.restoreEntry(name, kind, namespace, key, value, bytes);
      }
    }
  }
}
