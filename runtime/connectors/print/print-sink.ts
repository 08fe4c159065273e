/**
 * Lines on the process's own output. A slot thread's `process.stdout` goes through the main thread and may come late or
 * never; the descriptor is written to instead, at the end of each turn.
 */
import { formatRecord } from '../../functions/format-record.js';
import type { Share } from '../source-reader.js';
import { writeDescriptor } from './write-descriptor.js';

const BUFFER_CHARS = 16 * 1024;

export interface PrintOptions {
  /** Stands before each line; empty = none. */
  prefix: string;
  stderr: boolean;
}

export class PrintSink {
  private readonly descriptor: number;
  private readonly start: string;
  private lines = '';

  constructor(
    { prefix, stderr }: PrintOptions,
    share: Share,
    private readonly writeText: (descriptor: number, text: string) => void = writeDescriptor,
  ) {
    this.descriptor = stderr ? 2 : 1;
    this.start = linePrefix(prefix, share);
  }

  write(record: unknown): void {
    this.lines += `${this.start}${formatRecord(record)}\n`;
    if (this.lines.length >= BUFFER_CHARS) this.flush();
  }

  flush(): void {
    if (this.lines === '') return;
    const text = this.lines;
    this.lines = '';
    this.writeText(this.descriptor, text);
  }

  close(): void {
    this.flush();
  }
}

/** Flink's: `2> ` only with a parallelism above 1; `name:2> ` or `name> ` with a name. */
export function linePrefix(prefix: string, { subtask, parallelism }: Share): string {
  const number = parallelism > 1 ? String(subtask + 1) : '';
  const both = [prefix, number].filter((part) => part !== '').join(':');
  return both === '' ? '' : `${both}> `;
}
