/** Writes the keyed state of one snapshot: walks over all entries in slices, between which the slot thread does its work. */
import type { Clock } from '../common/clock.js';
import type { Bucket } from './bucket.js';
import type { Epochs, SnapshotRun } from './epochs.js';
import type { SnapshotPart } from './keyed-state-backend.js';
import type { KeyedSnapshot } from './keyed-store.js';
import type { PortionWriter } from './portion-writer.js';
import type { KeyedDescription } from './section-format.js';
import { Slices } from './slices.js';
import type { SnapshotOutput } from './snapshot.js';

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

  constructor(private readonly parts: HeapSnapshotParts) {}

  async writeTo(output: SnapshotOutput): Promise<void> {
    const { buckets, additions, run, clock, describe } = this.parts;
    const { writer } = run;
    try {
      const slices = new Slices(clock);
      for (const bucket of buckets) await this.walk(bucket.entries(), (cell) => bucket.touch(cell), output, slices);
      for (const part of additions) await this.walk(part.entries(), (entry) => part.keep(entry), output, slices);
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
    slices: Slices,
  ): Promise<void> {
    const { run } = this.parts;
    let untilLook = ENTRIES_PER_LOOK;
    for (const entry of entries) {
      if (entry.epoch < run.epoch) keep(entry);
      if (--untilLook > 0) continue;
      untilLook = ENTRIES_PER_LOOK;
      if (!slices.over) continue;
      await slices.pause(handOver(run.writer, output));
      if (this.released || run.writer.failure !== undefined) return;
    }
  }
}

/** Gives the output what is full. */
export async function handOver({ ready }: PortionWriter, output: SnapshotOutput): Promise<void> {
  for (let portion = ready.shift(); portion !== undefined; portion = ready.shift()) {
    await output.keyGroup(portion.group, portion.bytes);
  }
}
