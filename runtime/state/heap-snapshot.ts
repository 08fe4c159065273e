/** Writes the keyed state of one snapshot: walks over all entries in slices, between which the slot thread does its work. */
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../common/clock.js';
import type { Bucket } from './bucket.js';
import type { Epochs, SnapshotRun } from './epochs.js';
import type { SnapshotPart } from './keyed-state-backend.js';
import type { KeyedSnapshot } from './keyed-store.js';
import type { PortionWriter } from './portion-writer.js';
import type { KeyedDescription } from './section-format.js';
import type { SnapshotOutput } from './snapshot.js';

/**
 * A slice ends after this time. Between two of them each task of the slot works for a slice of its own, so shorter ones would make
 * the snapshot take that much longer.
 */
const SLICE_MS = 3;
/** Entries between two looks at the clock. */
const ENTRIES_PER_LOOK = 64;

export interface HeapSnapshotParts {
  readonly buckets: readonly Bucket[];
  readonly additions: readonly SnapshotPart[];
  readonly run: SnapshotRun<PortionWriter>;
  readonly epochs: Epochs<PortionWriter>;
  readonly clock: Clock;
  readonly describe: () => KeyedDescription;
}

export class HeapSnapshot implements KeyedSnapshot {
  private released = false;
  private sliceEndMs = 0;

  constructor(private readonly parts: HeapSnapshotParts) {}

  async writeTo(output: SnapshotOutput): Promise<void> {
    const { buckets, additions, run, clock, describe } = this.parts;
    const { writer } = run;
    try {
      this.sliceEndMs = clock.monotonicMs() + SLICE_MS;
      for (const bucket of buckets) await this.walk(bucket.entries(), (cell) => bucket.touch(cell), output);
      for (const part of additions) await this.walk(part.entries(), (entry) => part.keep(entry), output);
      writer.finish();
      await handOver(writer, output);
      if (writer.failure !== undefined) throw writer.failure;
      await output.keyedFormat(Buffer.from(JSON.stringify(describe()), 'utf8'));
    } finally {
      this.release();
    }
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    this.parts.epochs.end(this.parts.run);
  }

  private async walk<E extends { epoch: number }>(
    entries: Iterable<E>,
    keep: (entry: E) => void,
    output: SnapshotOutput,
  ): Promise<void> {
    const { run, clock } = this.parts;
    let untilLook = ENTRIES_PER_LOOK;
    for (const entry of entries) {
      if (entry.epoch < run.epoch) keep(entry);
      if (--untilLook > 0) continue;
      untilLook = ENTRIES_PER_LOOK;
      if (clock.monotonicMs() < this.sliceEndMs) continue;
      await handOver(run.writer, output);
      await setImmediate();
      if (this.released || run.writer.failure !== undefined) return;
      this.sliceEndMs = clock.monotonicMs() + SLICE_MS;
    }
  }
}

/** Gives the output what is full. */
export async function handOver({ ready }: PortionWriter, output: SnapshotOutput): Promise<void> {
  for (let portion = ready.shift(); portion !== undefined; portion = ready.shift()) {
    await output.keyGroup(portion.group, portion.bytes);
  }
}
