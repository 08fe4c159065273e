import type { SourceSplit } from '../../functions/index.js';

/** The lines that begin in a range of a file's bytes, without those that were emitted already. */
export interface FileSplit extends SourceSplit {
  readonly path: string;
  /** Of the file as it lies on the disk; a line that begins at this byte belongs to the split. 0 for a compressed file. */
  readonly fromBytes: number;
  /** A line that begins here or later belongs to the next split. Undefined: to the end, whatever the file's size. */
  readonly toBytes: number | undefined;
  /** Lines behind `fromBytes` that were emitted already. */
  readonly skipLines: number;
}
