/**
 * How a snapshot stays what it was while its operator goes on. Nothing is copied when it is taken: a new epoch begins.
 * Every entry knows up to which epoch it is written. A walk over all entries writes those that are behind; whoever is about to
 * change an entry that is behind writes it first. So each entry is written once, and the first change after a barrier
 * costs what the walk then saves.
 */

/** Anything that belongs to snapshots as one piece. */
export interface Versioned {
  /** Up to this epoch it is written, or it came after it. */
  epoch: number;
}

/** One snapshot under way. */
export interface SnapshotRun<W> {
  readonly epoch: number;
  readonly writer: W;
}

/** @typeParam W what takes the entries of a snapshot */
export class Epochs<W> {
  /** The number of snapshots begun. An entry whose `epoch` is another one must be kept before it changes. */
  current = 0;
  /** Snapshots that are still being written, the earliest first. */
  readonly runs: SnapshotRun<W>[] = [];

  begin(writer: W): SnapshotRun<W> {
    const run = { epoch: ++this.current, writer };
    this.runs.push(run);
    return run;
  }

  /** The snapshot is written or given up. */
  end(run: SnapshotRun<W>): void {
    const at = this.runs.indexOf(run);
    if (at >= 0) this.runs.splice(at, 1);
  }
}
