/**
 * Records in the order of their keys, through binary entries that may leave memory. The key of an entry is what its group and
 * the fields that sort within it are as ordered bytes, then its timestamp; the payload is the record with what belongs to it.
 */
import { compareBytes, ENTRY_HEADER, ExternalSorter, type SortedEntries } from '../../batch/index.js';
import type { InputOrder } from '../../graph/input-order.js';
import type { ManagedMemory, MemoryShare } from '../../memory/index.js';
import {
  cursorOver,
  invert,
  RecordDecoder,
  RecordEncoder,
  sortKeyBound,
  writeOrderedDouble,
  writeSortKey,
  type ShapeReader,
} from '../../serde/index.js';

/** Of a payload before the record: the bytes of the group in the key, the timestamp, the input, the version of its shape. */
const GROUP = 0;
const TIMESTAMP = 4;
const INPUT = 12;
const VERSION = 13;
const PREFIX = 14;
const TIMESTAMP_BYTES = 8;

export interface RecordSorterOptions {
  order: InputOrder;
  memory: ManagedMemory;
  /** Who sorts, for people. */
  owner: string;
  budgetBytes: number;
  /** For files; need not exist. */
  folder: string;
  onFallback: (path: string, reason: string) => void;
}

interface InputCode {
  encoder: RecordEncoder;
  /** By version. */
  readers: (ShapeReader | undefined)[];
}

export class RecordSorter {
  /** Of the record at hand, after `next`. */
  record: unknown;
  timestampMs = NaN;
  input = 0;
  /** Whether the record is the first of a group that is not the stream's first. */
  beginsGroup = false;
  private readonly share: MemoryShare;
  private readonly sorter: ExternalSorter;
  private readonly decoder = new RecordDecoder();
  private readonly codes: InputCode[] = [];
  private entries: SortedEntries | undefined;
  private cursor = cursorOver(new Uint8Array(0));
  /** The last group's bytes; undefined before the first. */
  private group: Uint8Array | undefined;
  private groupLength = 0;

  /** @throws TASK_MANAGED_MEMORY */
  constructor(private readonly options: RecordSorterOptions) {
    const { memory, owner, budgetBytes, folder } = options;
    this.share = memory.claim(owner, budgetBytes, ExternalSorter.LEAST_BYTES);
    const tooLittle = (neededBytes: number) => memory.tooLittle(owner, neededBytes, this.share.budgetBytes);
    this.sorter = new ExternalSorter({ share: this.share, folder, tooLittle });
  }

  /**
   * Takes a record in.
   * @throws SERDE_BAD_KEY, SERDE_UNSUPPORTED_VALUE, TASK_MANAGED_MEMORY, TASK_SPILL_FAILED
   */
  add(record: unknown, timestampMs: number, input: number): void {
    const { order } = this.options;
    const code = this.codeOf(input);
    const group = order.groups?.[input]?.(record);
    const values = order.sorts.map(({ value }) => value(record));
    const recordBound = code.encoder.boundOf(record);
    let bound = PREFIX + TIMESTAMP_BYTES + recordBound + (order.groups === undefined ? 0 : sortKeyBound(group));
    for (const value of values) bound += sortKeyBound(value);
    const { sorter } = this;
    const start = sorter.begin(bound);
    const { u8, dv } = sorter;
    const groupEnd = order.groups === undefined ? start : writeSortKey(group, u8, dv, start);
    let keyEnd = groupEnd;
    for (let i = 0; i < values.length; i++) {
      const from = keyEnd;
      keyEnd = writeSortKey(values[i], u8, dv, from);
      if (order.sorts[i]?.descending) invert(u8, from, keyEnd);
    }
    // Those without a timestamp come first.
    keyEnd = writeOrderedDouble(Number.isNaN(timestampMs) ? -Infinity : timestampMs, dv, keyEnd);
    dv.setUint32(keyEnd + GROUP, groupEnd - start, true);
    dv.setFloat64(keyEnd + TIMESTAMP, timestampMs, true);
    u8[keyEnd + INPUT] = input;
    u8[keyEnd + VERSION] = code.encoder.version;
    sorter.commit(keyEnd, code.encoder.write(record, u8, dv, keyEnd + PREFIX));
    if (code.readers[code.encoder.version] === undefined) {
      code.readers[code.encoder.version] = this.decoder.readerFor(code.encoder.definition());
    }
  }

  /** Whether no record was handed out yet. */
  get isEmpty(): boolean {
    return this.group === undefined;
  }

  /** All records are in. */
  finish(): void {
    this.entries = this.sorter.finish();
  }

  /** Moves to the next record. @returns whether there is one */
  next(): boolean {
    if (this.entries?.advance() !== true) return false;
    const { u8, dv, at } = this.entries.entry;
    const start = at + ENTRY_HEADER;
    const keyEnd = start + dv.getUint32(at, true);
    const end = keyEnd + dv.getUint32(at + 4, true);
    if (this.cursor.u8 !== u8) this.cursor = cursorOver(u8);
    this.noteGroup(u8, start, dv.getUint32(keyEnd + GROUP, true));
    this.timestampMs = dv.getFloat64(keyEnd + TIMESTAMP, true);
    this.input = u8[keyEnd + INPUT];
    this.cursor.pos = keyEnd + PREFIX;
    this.record = this.codes[this.input]?.readers[u8[keyEnd + VERSION]]?.readOne(this.cursor, end);
    return true;
  }

  /** Gives memory back and removes files, whatever it is at. */
  close(): void {
    this.sorter.close();
    this.share.release();
  }

  private noteGroup(u8: Uint8Array, start: number, length: number): void {
    const { group } = this;
    if (group !== undefined && compareBytes(group, 0, this.groupLength, u8, start, length) === 0) {
      this.beginsGroup = false;
      return;
    }
    this.beginsGroup = group !== undefined;
    if (group === undefined || group.length < length) this.group = new Uint8Array(Math.max(64, 2 * length));
    this.group?.set(u8.subarray(start, start + length));
    this.groupLength = length;
  }

  private codeOf(input: number): InputCode {
    let code = this.codes[input];
    if (code === undefined) {
      code = { encoder: new RecordEncoder(this.options.onFallback), readers: [] };
      this.codes[input] = code;
    }
    return code;
  }
}
