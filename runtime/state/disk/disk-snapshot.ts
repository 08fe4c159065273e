/** Writes the keyed state of one moment from the log: what checkpoints do not have yet of it, or all of it. */
import { KEY_HASH_VERSION, type Cursor } from '../../serde/index.js';
import type { Epochs, SnapshotRun } from '../epochs.js';
import { handOver, HeapSnapshot } from '../heap-snapshot.js';
import type { KeyedContent, KeyedSnapshot } from '../keyed-store.js';
import type { PortionWriter } from '../portion-writer.js';
import { Slices } from '../slices.js';
import type { SharedFile, SharedOutput, SnapshotOutput } from '../snapshot.js';
import type { Closing, LogMark } from './closing.js';
import type { DiskBucket } from './disk-bucket.js';
import type { DiskState } from './disk-state.js';
import type { DiskStore } from './disk-store.js';
import { LOG_FORMAT_VERSION, type LogDescription } from './log-description.js';
import { HEADER_BYTES } from './log-record.js';
import { recordsAt } from './record-walk.js';

/** Entries between two looks at the clock. */
const ENTRIES_PER_LOOK = 32;
/** Less than this of the segment that grows gets no file of its own: it goes with the checkpoint, each time. */
const TAIL_BYTES = 64 * 1024;

export interface DiskSnapshotParts {
  readonly content: KeyedContent;
  readonly run: SnapshotRun<PortionWriter>;
  readonly epochs: Epochs<PortionWriter>;
  readonly closing: Closing;
}

interface UploadedLog {
  readonly files: readonly SharedFile[];
  /** How many files each segment has. */
  readonly counts: readonly number[];
  readonly tail: Uint8Array;
}

export class DiskSnapshot implements KeyedSnapshot {
  private released = false;

  constructor(
    private readonly store: DiskStore,
    private readonly parts: DiskSnapshotParts,
  ) {}

  async writeTo(output: SnapshotOutput): Promise<void> {
    const { content, run, epochs, closing } = this.parts;
    closing.whole = output.shared === undefined;
    try {
      const slices = new Slices(this.store.clock);
      while (!closing.work(slices.endMs)) await slices.pause();
      if (closing.mark === undefined) return;
      if (output.shared === undefined) await this.writeEntries(closing.mark, output, slices);
      else await this.writeLog(closing.mark, output.shared);
      const beside = { ...content, buckets: [], ...{ run, epochs, clock: this.store.clock } };
      await new HeapSnapshot(beside).writeTo(output);
    } finally {
      this.release();
    }
  }

  release(): void {
    if (this.released) return;
    this.released = true;
    const { epochs, run, closing } = this.parts;
    closing.giveUp();
    epochs.end(run);
  }

  private async writeEntries({ addresses }: LogMark, output: SnapshotOutput, slices: Slices): Promise<void> {
    const { writer } = this.parts.run;
    let untilLook = ENTRIES_PER_LOOK;
    for (const [bucket, groups] of addresses) {
      for (const sorted of groups) {
        for (const { key, cursor } of recordsAt(this.store.log.segments, sorted)) {
          const value = valueAt(bucket, cursor);
          if (bucket.leaveOut?.(value) !== true) writer.write(bucket.section, bucket.namespace, key, value);
          if (--untilLook > 0) continue;
          untilLook = ENTRIES_PER_LOOK;
          if (!slices.over) continue;
          await slices.pause(handOver(writer, output));
          if (this.released || writer.failure !== undefined) return;
        }
      }
    }
  }

  private async writeLog(mark: LogMark, shared: SharedOutput): Promise<void> {
    const turn = this.store.uploads.catch(() => undefined).then(() => this.upload(mark, shared));
    this.store.uploads = turn;
    const { files, counts, tail } = await turn;
    const states = [...this.store.states.values()];
    const description: LogDescription = {
      formatVersion: LOG_FORMAT_VERSION,
      keyHashVersion: KEY_HASH_VERSION,
      ...this.store.keySpace,
      states: states.map((state) => this.describeState(state)),
      buckets: this.parts.closing.buckets.map((bucket) => describe(bucket, states)),
      segments: mark.segments.map(({ segment: { id } }, n) => ({ id, files: counts[n] })),
    };
    await shared.log(Buffer.from(JSON.stringify(description), 'utf8'), files, tail);
  }

  private describeState({ name, kind, shapes }: DiskState): LogDescription['states'][number] {
    const declared = this.parts.content.declared.get(name);
    return { name, kind, shapes, ...(declared === undefined ? {} : { type: declared.json }) };
  }

  /** Keeps what no file has yet. @returns the files of all segments, and what got none */
  private async upload({ segments }: LogMark, shared: SharedOutput): Promise<UploadedLog> {
    let tail: Uint8Array = new Uint8Array(0);
    for (const [n, { segment, toBytes }] of segments.entries()) {
      const { storedBytes } = segment;
      const rest = toBytes - storedBytes;
      if (rest <= 0) continue;
      const stream = segment.stream(storedBytes, toBytes);
      if (n === segments.length - 1 && rest < TAIL_BYTES) {
        tail = await collect(stream);
        break;
      }
      segment.parts.push(await shared.store(stream));
      segment.storedBytes = toBytes;
    }
    const files = segments.map(({ segment }) => [...segment.parts]);
    return { files: files.flat(), counts: files.map(({ length }) => length), tail };
  }
}

function valueAt({ state }: DiskBucket, cursor: Cursor): unknown {
  const { pos, dv } = cursor;
  const end = pos + dv.getUint32(pos, true);
  cursor.pos = pos + HEADER_BYTES + dv.getUint16(pos + 14, true);
  return state.read(dv.getUint16(pos + 12, true), cursor, end);
}

function describe({ number, state, namespace }: DiskBucket, states: DiskState[]): LogDescription['buckets'][number] {
  return [number, states.indexOf(state), namespace];
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
