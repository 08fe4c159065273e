/** Reads the log of a subtask of then, record by record, in the order in which it was written. */
import { cursorOver, type Cursor, type Shape } from '../../serde/index.js';
import type { LogRestore, SharedFile } from '../snapshot.js';
import { corruptLog, type LogDescription } from './log-description.js';
import { paddedLength, readHead, type RecordHead } from './log-record.js';

/** A bucket of then. */
export interface BucketOfThen {
  readonly name: string;
  readonly kind: string;
  readonly namespace: number | string;
  readonly shapes: readonly Shape[];
}

export interface LogTaker {
  /** A segment begins. */
  segment?(id: number): void;
  /** Bytes of the segment, as they were, before their records are taken. */
  part?(bytes: Uint8Array, file: SharedFile | undefined): void;
  /** @param cursor at the record @param offset of it in its segment */
  record(head: RecordHead, cursor: Cursor, offset: number): void;
}

/** @throws STATE_CORRUPT, and what reading the files throws */
export async function replayLog(log: LogRestore, { segments }: LogDescription, taker: LogTaker): Promise<void> {
  const { files: allFiles, tail } = log;
  let next = 0;
  for (const [n, { id, files }] of segments.entries()) {
    taker.segment?.(id);
    let offset = 0;
    for (let i = 0; i < files; i++, next++) {
      const bytes = await log.read(next);
      taker.part?.(bytes, allFiles[next]);
      offset = takeRecords(bytes, offset, taker);
    }
    if (n < segments.length - 1 || tail.length === 0) continue;
    taker.part?.(tail, undefined);
    takeRecords(tail, offset, taker);
  }
}

function takeRecords(bytes: Uint8Array, from: number, taker: LogTaker): number {
  const cursor = cursorOver(bytes);
  let at = 0;
  while (at < bytes.length) {
    const head = readHead(cursor.dv, at, bytes.length);
    if (head === undefined) throw corruptLog(`no record begins at byte ${from + at} of a segment`);
    cursor.pos = at;
    taker.record(head, cursor, from + at);
    at += paddedLength(head.length);
  }
  return from + bytes.length;
}

/** @throws STATE_CORRUPT */
export function bucketsOf({ buckets, states }: LogDescription): Map<number, BucketOfThen> {
  return new Map(
    buckets.map(([number, index, namespace]) => {
      const state = states.at(index);
      if (state === undefined) throw corruptLog('a bucket belongs to a state that is not described');
      return [number, { ...state, shapes: state.shapes as Shape[], namespace }];
    }),
  );
}
