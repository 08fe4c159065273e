/** One file of the log. It only grows, until the next one begins; it goes when nothing in it counts and nobody reads it. */
import { closeSync, openSync, read, readSync, rmSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { WeftError } from '../../common/errors/index.js';
import type { SharedFile } from '../snapshot.js';

const readAsync = promisify(read);

export class Segment {
  /** What is written to the file. */
  sizeBytes = 0;
  /** What checkpoints have of it; from the beginning on, without gaps. */
  readonly parts: SharedFile[] = [];
  storedBytes = 0;
  private readonly fd: number;
  private readers = 0;
  private discarded = false;

  /**
   * @param id only grows: it says what is older
   * @param slot its number in addresses
   */
  constructor(
    readonly id: number,
    readonly slot: number,
    readonly path: string,
    private readonly onGone: (segment: Segment) => void,
  ) {
    this.fd = attempt(path, () => openSync(path, 'w+'));
  }

  /** @throws STATE_DISK_FAILED */
  append(bytes: Uint8Array, length: number): void {
    let done = 0;
    while (done < length) {
      done += attempt(this.path, () => writeSync(this.fd, bytes, done, length - done, this.sizeBytes + done));
    }
    this.sizeBytes += length;
  }

  /** @returns how many bytes there were @throws STATE_DISK_FAILED */
  readInto(bytes: Uint8Array, at: number, length: number, fromBytes: number): number {
    return attempt(this.path, () => readSync(this.fd, bytes, at, length, fromBytes));
  }

  /** Beside the work of the thread; the segment must be `kept` meanwhile. @throws STATE_DISK_FAILED */
  async *stream(fromBytes: number, toBytes: number): AsyncGenerator<Uint8Array> {
    for (let at = fromBytes; at < toBytes;) {
      const chunk = new Uint8Array(Math.min(STREAM_BYTES, toBytes - at));
      const { bytesRead } = await readAsync(this.fd, chunk, 0, chunk.length, at).catch((cause: unknown) => {
        throw diskFailed(this.path, cause);
      });
      if (bytesRead === 0) throw diskFailed(this.path, new Error(`it ends at byte ${at}`));
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  }

  /** The file stays until as many calls of `release`. */
  keep(): void {
    this.readers++;
  }

  release(): void {
    this.readers--;
    this.goIfUnused();
  }

  /** Nothing in it counts any more. */
  discard(): void {
    this.discarded = true;
    this.goIfUnused();
  }

  private goIfUnused(): void {
    if (!this.discarded || this.readers > 0) return;
    closeSync(this.fd);
    rmSync(this.path, { force: true });
    this.onGone(this);
  }
}

/** Bytes that are read at once on their way to a checkpoint. */
const STREAM_BYTES = 256 * 1024;

/** @throws STATE_DISK_FAILED for whatever the action throws */
export function attempt<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw diskFailed(path, cause);
  }
}

function diskFailed(path: string, cause: unknown): WeftError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new WeftError('STATE_DISK_FAILED', `State cannot be kept in ${path}: ${why}`, { subject: path, cause });
}
