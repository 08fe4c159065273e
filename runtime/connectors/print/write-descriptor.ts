import { writeSync } from 'node:fs';

/** How long to wait before a full pipe is tried again. */
const RETRY_AFTER_MS = 1;

/** Writes all of it to a descriptor of the process, waiting while a pipe is full. */
export function writeDescriptor(descriptor: number, content: string | Uint8Array): void {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_AFTER_MS);
    }
  }
}
