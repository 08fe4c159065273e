/** Sorted entries in a file: written once, read once, forwards. Files go when they are read, and with their folder. */
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { WeftError } from '../common/errors/index.js';
import { ENTRY_HEADER, type EntryView } from './entry.js';

export class RunWriter {
  bytes = 0;
  private readonly fd: number;
  private filled = 0;

  /** @param buffer for gathering what is written */
  constructor(
    readonly path: string,
    private readonly buffer: Uint8Array,
  ) {
    this.fd = guarded(path, () => openSync(path, 'wx'));
  }

  add(u8: Uint8Array, from: number, to: number): void {
    if (to - from > this.buffer.length - this.filled) this.flush();
    if (to - from > this.buffer.length) this.write(u8, from, to);
    else {
      this.buffer.set(u8.subarray(from, to), this.filled);
      this.filled += to - from;
    }
  }

  close(): void {
    this.flush();
    closeSync(this.fd);
  }

  /** Whatever has been written is not needed. */
  abandon(): void {
    closeSync(this.fd);
  }

  private flush(): void {
    this.write(this.buffer, 0, this.filled);
    this.filled = 0;
  }

  private write(u8: Uint8Array, from: number, to: number): void {
    for (let at = from; at < to;) at += guarded(this.path, () => writeSync(this.fd, u8, at, to - at));
    this.bytes += to - from;
  }
}

/** Walks through a run; the entry at hand lies in the buffer at `at`. */
export class RunReader implements EntryView {
  at = 0;
  readonly dv: DataView;
  private end = 0;
  private next = 0;
  private readonly fd: number;
  private open = true;

  /**
   * @param u8 for what is read ahead; has room for the biggest entry of the run
   */
  constructor(
    private readonly path: string,
    readonly u8: Uint8Array,
  ) {
    this.dv = new DataView(u8.buffer);
    this.fd = guarded(path, () => openSync(path, 'r'));
  }

  /** @returns whether there is another entry */
  advance(): boolean {
    this.at = this.next;
    if (!this.fill(ENTRY_HEADER)) return false;
    const size = ENTRY_HEADER + this.dv.getUint32(this.at, true) + this.dv.getUint32(this.at + 4, true);
    if (!this.fill(size)) throw new WeftError('TASK_SPILL_FAILED', `${this.path} ends within an entry.`);
    this.next = this.at + size;
    return true;
  }

  /** Closes and removes the file. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.fd);
    unlinkSync(this.path);
  }

  /** Sees to it that so many bytes from `at` on are there. */
  private fill(bytes: number): boolean {
    if (this.end - this.at >= bytes) return true;
    this.u8.copyWithin(0, this.at, this.end);
    this.end -= this.at;
    this.at = 0;
    while (this.end < bytes) {
      const read = guarded(this.path, () => readSync(this.fd, this.u8, this.end, this.u8.length - this.end, null));
      if (read === 0) return false;
      this.end += read;
    }
    return true;
  }
}

/** Names the file when the file system refuses. @throws TASK_SPILL_FAILED */
export function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WeftError('TASK_SPILL_FAILED', `The file ${path} for sorting cannot be used: ${why}.`, { cause });
  }
}
