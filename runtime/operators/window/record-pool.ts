/** Records of one form in typed columns, chained: each leads to the next of its chain. */
import { flatCodec, type Columns, type FlatCodec } from './flat-codec.js';
import { doubled } from './key-rows.js';

/** In front of a record's fields: the place of the next one, plus 1. */
const POOL_HEAD = 1;
const LEAST_RECORDS = 16;

/** @returns undefined for records that are kept as they are */
export function poolCodec(record: unknown): FlatCodec | undefined {
  return flatCodec(record, POOL_HEAD);
}

export class RecordPool implements Columns {
  size = 0;
  numbers: Float64Array;
  refs: unknown[] = [];
  private readonly stride: number;

  constructor(readonly codec: FlatCodec) {
    this.stride = codec.numbersPerRow;
    this.numbers = new Float64Array(LEAST_RECORDS * this.stride);
  }

  /** Makes room for one more record, at `size`. */
  reserve(): void {
    if (this.size * this.stride === this.numbers.length) this.numbers = doubled(this.numbers);
  }

  /** The record at `size` is there; it ends its chain. @returns its place */
  claim(): number {
    this.numbers[this.size * this.stride] = 0;
    return this.size++;
  }

  /** One comes behind the other. */
  chain(before: number, at: number): void {
    this.numbers[before * this.stride] = at + 1;
  }

  /** The records from this place on, which are new objects. */
  from(place: number): unknown[] {
    const { codec, numbers, stride } = this;
    const records: unknown[] = [];
    for (let at = place; at >= 0; at = numbers[at * stride] - 1) records.push(codec.load(this, at));
    return records;
  }

  empty(): void {
    this.size = 0;
    this.refs = [];
  }
}
