import { keyIdentity, readKeyBytes } from '../../serde/index.js';
import type { KeySpace } from '../keyed-state-backend.js';
import type { KeyedTables } from '../keyed-store.js';
import type { LogRestore } from '../snapshot.js';
import { DiskState } from './disk-state.js';
import { parseLogDescription } from './log-description.js';
import { GONE, HEADER_BYTES } from './log-record.js';
import { bucketsOf, replayLog } from './log-restore.js';

/** Takes logs back into buckets of any kind, entry by entry. @throws STATE_CORRUPT, STATE_FORMAT_UNKNOWN */
export async function restoreToBuckets(
  logs: readonly LogRestore[],
  { maxParallelism, keyGroups }: KeySpace,
  tables: KeyedTables,
): Promise<void> {
  for (const log of logs) {
    const description = parseLogDescription(log.description, maxParallelism);
    const buckets = new Map(
      [...bucketsOf(description)].map(([number, { name, kind, namespace, shapes }]) => {
        const state = new DiskState(name, kind);
        for (const shape of shapes) state.numberOf(shape);
        return [number, { state, bucket: tables.table(name, kind).bucket(namespace) }];
      }),
    );
    await replayLog(log, description, {
      record({ bucket: number, hash, shape, keyEnd, length }, cursor) {
        const group = hash % maxParallelism;
        const known = buckets.get(number);
        if (known === undefined || group < keyGroups.start || group > keyGroups.end) return;
        const end = cursor.pos + length;
        const key = readKeyBytes(cursor, cursor.pos + HEADER_BYTES, keyEnd);
        cursor.pos = keyEnd;
        if (shape === GONE) known.bucket.delete(keyIdentity(key));
        else known.bucket.set(keyIdentity(key), key, known.state.read(shape, cursor, end));
      },
    });
  }
}
