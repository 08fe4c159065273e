/**
 * Says which batches a reader of committed records sees. A broker sends everything up to the last stable offset, with a list of
 * the transactions in it that were aborted.
 */
import type { BatchHeader } from './batch-reader.js';
import { RecordCursor } from './batch-reader.js';

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}

/** The type of the mark with which an aborted transaction ends. */
const ABORT = 0;

export class AbortedFilter {
  /** By their first offset: the broker lists them in the order in which they were aborted. */
  private readonly ahead: AbortedTransaction[];
  /** Those whose aborted records may come now. */
  private readonly within = new Set<number>();

  /** @param aborted as the broker lists them; null when it lists none, or all records are wanted */
  constructor(aborted: readonly AbortedTransaction[] | null) {
    this.ahead = (aborted ?? []).toSorted((a, b) => a.firstOffset - b.firstOffset);
  }

  /** Must be asked for each batch, in order. */
  sees(bytes: Buffer, batch: BatchHeader): boolean {
    const { ahead, within } = this;
    while (ahead.length > 0 && ahead[0].firstOffset <= batch.lastOffset) {
      within.add(ahead.shift()?.producerId ?? -1);
    }
    if (batch.isControl) {
      if (within.size > 0 && isAbort(bytes, batch)) within.delete(batch.producerId);
      return false;
    }
    return !(batch.isTransactional && within.has(batch.producerId));
  }
}

function isAbort(bytes: Buffer, batch: BatchHeader): boolean {
  const cursor = new RecordCursor(bytes, batch);
  // The key is the version and the type of the mark, 16 bits each.
  return cursor.next() && cursor.key()?.readInt16BE(2) === ABORT;
}
