/** Reads records at ascending addresses, many with one look at the file. */
import { cursorOver, readKeyBytes, type Cursor } from '../../serde/index.js';
import { ALIGN_BYTES, HEADER_BYTES, readHead } from './log-record.js';
import type { SegmentLog } from './segment-log.js';

const BLOCK_BYTES = 64 * 1024;
/** What is read of a block's last record at first. */
const LAST_RECORD_BYTES = 512;

export interface FoundRecord {
  readonly address: number;
  readonly key: unknown;
  /** At the record; its bytes stay until the next one is asked for. */
  readonly cursor: Cursor;
}

/**
 * Segments stay as long as the walk goes on.
 * @param addresses ascending
 */
export function* recordsAt(log: SegmentLog, addresses: Uint32Array): Generator<FoundRecord> {
  const block = cursorOver(new Uint8Array(BLOCK_BYTES + LAST_RECORD_BYTES));
  const release = log.keepAll();
  try {
    for (let first = 0; first < addresses.length;) {
      const last = lastOfBlock(log, addresses, first);
      const bytes = (addresses[last] - addresses[first]) * ALIGN_BYTES + LAST_RECORD_BYTES;
      const length = log.readBlock(addresses[first], block.u8, bytes);
      for (let i = first; i <= last; i++) {
        const address = addresses[i];
        block.pos = (address - addresses[first]) * ALIGN_BYTES;
        // What is in memory still, or longer than what was read, is read by itself.
        const cursor = readHead(block.dv, block.pos, length) === undefined ? log.read(address) : block;
        const keyAt = cursor.pos + HEADER_BYTES;
        const key = readKeyBytes(cursor, keyAt, keyAt + cursor.dv.getUint16(cursor.pos + 14, true));
        yield { address, key, cursor };
      }
      first = last + 1;
    }
  } finally {
    release();
  }
}

function lastOfBlock(log: SegmentLog, addresses: Uint32Array, first: number): number {
  const limit = Math.min(addresses[first] + BLOCK_BYTES / ALIGN_BYTES, log.endOfSlot(addresses[first]));
  let last = first;
  while (last + 1 < addresses.length && addresses[last + 1] < limit) last++;
  return last;
}
