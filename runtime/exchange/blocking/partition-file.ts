/**
 * What one producer subtask writes along a blocking edge: one file with pieces of all its channels, in the order in which they
 * became full, and beside it an index that says where the pieces of each consumer lie. The index is there once the partition is whole.
 */
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { WeftError } from '../../common/errors/index.js';

/** Offset and length of each piece, one after the other. */
export type Pieces = readonly number[];

export class PartitionFile {
  private readonly fd: number;
  private readonly pieces: Record<string, number[]> = {};
  private length = 0;

  /** @param consumers subtasks; the partition is whole when all have ended @throws EXCHANGE_PARTITION_FAILED */
  constructor(
    private readonly path: string,
    private readonly consumers: readonly number[],
  ) {
    for (const consumer of consumers) this.pieces[consumer] = [];
    this.fd = guarded(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, 'w');
    });
  }

  append(consumer: number, bytes: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to;) at += guarded(this.path, () => writeSync(this.fd, bytes, at, to - at));
    const pieces = this.pieces[consumer] ?? [];
    const [offset = 0, length = 0] = pieces.slice(-2);
    if (pieces.length > 0 && offset + length === this.length) pieces[pieces.length - 1] = length + to - from;
    else pieces.push(this.length, to - from);
    this.length += to - from;
  }

  /** The consumer's channel is complete. */
  end(consumer: number): void {
    this.ended.add(consumer);
    if (this.ended.size < this.consumers.length) return;
    closeSync(this.fd);
    guarded(this.path, () => {
      writeFileSync(indexOf(`${this.path}.part`), JSON.stringify(this.pieces));
      renameSync(indexOf(`${this.path}.part`), indexOf(this.path));
    });
  }

  private readonly ended = new Set<number>();
}

/** Where the consumer's pieces lie. @throws EXCHANGE_PEER_LOST when the partition is not there, or not whole */
export function piecesOf(path: string, consumer: number): Pieces {
  try {
    const index = JSON.parse(readFileSync(indexOf(path), 'utf8')) as Record<string, number[] | undefined>;
    return index[consumer] ?? [];
  } catch (cause) {
    throw new WeftError('EXCHANGE_PEER_LOST', `The result partition ${path} is not there any longer.`, { cause });
  }
}

function indexOf(path: string): string {
  return `${path}.index`;
}

/** Names the file when the file system refuses. @throws EXCHANGE_PARTITION_FAILED */
export function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WeftError('EXCHANGE_PARTITION_FAILED', `The result partition ${path} cannot be used: ${why}.`, { cause });
  }
}
