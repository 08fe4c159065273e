import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 20;

/** The last lines of a log file (at most 20 lines, 8 kB), or an empty text. */
export function tailOf(path: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    const lines = buffer.toString('utf8').trimEnd().split('\n');
    if (size > TAIL_BYTES) lines.shift();
    return lines.slice(-TAIL_LINES).join('\n');
  } finally {
    closeSync(descriptor);
  }
}
