/** What the command line asks of each benchmark. */
import type { Figure } from './figure.js';

export interface BenchOptions {
  /** Undefined: as many as the benchmark thinks right. */
  runs?: number;
  /** 1 = the full size. */
  scale: number;
  withPeer: boolean;
  /** For whatever is written on the way; removed at the end. */
  folder: string;
  report: (figure: Figure) => void;
}
