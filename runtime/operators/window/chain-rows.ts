/** Lists of records in rows: a row says where the chains of its key begin and end, one of each stream. */
import { instantiate } from '../../common/code-template.js';
import type { Epochs } from '../../state/index.js';
import type { FlatCodec } from './flat-codec.js';
import { KeyRows, ROW_HEAD, type RowsHome } from './key-rows.js';
import type { AddToBucket, OwnContent, PutValue, RowsKind } from './own-contents.js';
import { poolCodec, RecordPool } from './record-pool.js';
import type { ValueKind } from './window-body.js';
import type { AddRecord } from './window-store.js';

/** What the lists of a key are as a value. */
export interface ListsForm {
  /** One of each stream. */
  readonly streams: 1 | 2;
  /** Which stream the record at hand comes from. */
  readonly side: { readonly second: boolean };
  /** @param lists undefined where the stream has brought nothing */
  readonly valueOf: (lists: readonly (unknown[] | undefined)[]) => unknown;
  readonly listsOf: (value: unknown) => readonly (readonly unknown[] | undefined)[];
  /** Whether a value is of use when one of the streams has brought nothing. */
  readonly partial: boolean;
}

/** A chain in a row: where it begins and ends, plus 1. */
const CHAIN = 2;

class ChainRows extends KeyRows {
  /** Of each stream, once it has brought a record. */
  readonly pools: (RecordPool | undefined)[];

  constructor(
    home: RowsHome,
    private readonly form: ListsForm,
    private readonly poolOf: PoolOf,
  ) {
    super(home, ROW_HEAD + CHAIN * form.streams);
    this.pools = new Array<undefined>(form.streams).fill(undefined);
  }

  override emptied(home: RowsHome): this {
    for (const pool of this.pools) pool?.empty();
    return super.emptied(home);
  }

  valueOf(row: number): unknown {
    return this.form.valueOf(this.pools.map((pool, stream) => this.list(row, stream, pool)));
  }

  override resultOf(row: number): unknown {
    if (this.form.partial || this.pools.every((_, stream) => this.numbers[this.chainAt(row, stream)] !== 0)) {
      return this.valueOf(row);
    }
    return this.form.valueOf([]);
  }

  set(id: unknown, key: unknown, value: unknown): boolean {
    let row = this.find(id);
    if (row >= 0) this.touch(row);
    else row = this.newRow(id, key);
    this.clearChains(row);
    for (const [stream, list] of this.form.listsOf(value).entries()) {
      for (const record of list ?? []) {
        const pool = this.poolOf(this, stream, record);
        pool?.reserve();
        if (pool === undefined || !pool.codec.store(record, pool, pool.size)) return false;
        this.append(row, stream, pool, pool.claim());
      }
    }
    return true;
  }

  /** A row without records, of a key that has none. */
  newRow(id: unknown, key: unknown): number {
    this.reserve();
    const row = this.size;
    this.clearChains(row);
    this.claim(id, key);
    return row;
  }

  private clearChains(row: number): void {
    const from = this.chainAt(row, 0);
    for (let at = from; at < from + CHAIN * this.form.streams; at++) this.numbers[at] = 0;
  }

  /** The record at this place of the stream's pool belongs to the row. */
  append(row: number, stream: number, pool: RecordPool, place: number): void {
    const { numbers } = this;
    const at = this.chainAt(row, stream);
    if (numbers[at] === 0) numbers[at] = place + 1;
    else pool.chain(numbers[at + 1] - 1, place);
    numbers[at + 1] = place + 1;
  }

  private list(row: number, stream: number, pool: RecordPool | undefined): unknown[] | undefined {
    const first = this.numbers[this.chainAt(row, stream)];
    return first === 0 ? undefined : pool?.from(first - 1);
  }

  private chainAt(row: number, stream: number): number {
    return row * (ROW_HEAD + CHAIN * this.form.streams) + ROW_HEAD + CHAIN * stream;
  }
}

/** @param values how lists grow where they are no rows @param retain a copy of a record where someone else may change it later */
export function chainRows(form: ListsForm, values: ValueKind, retain: (record: unknown) => unknown): RowsKind {
  const codecs: (FlatCodec | undefined)[] = [];
  const poolOf = (rows: ChainRows, stream: number, record: unknown): RecordPool | undefined => {
    const codec = (codecs[stream] ??= poolCodec(record));
    return (rows.pools[stream] ??= codec && new RecordPool(codec));
  };
  return {
    code: (put, addToBucket, epochs) =>
      instantiate(chainInRows)(form.side, values, retain, poolOf, put, addToBucket, epochs),
    rowsFor(value, home) {
      const rows = new ChainRows(home, form, poolOf);
      const fits = form.listsOf(value).every((list, stream) => !list || poolOf(rows, stream, list[0]) !== undefined);
      return fits ? rows : undefined;
    },
  };
}

type PoolOf = (rows: ChainRows, stream: number, record: unknown) => RecordPool | undefined;

/** Template. */
function chainInRows(
  side: ListsForm['side'],
  values: ValueKind,
  retain: (record: unknown) => unknown,
  poolOf: PoolOf,
  put: PutValue,
  addToBucket: AddToBucket,
  epochs: Pick<Epochs<unknown>, 'current'>,
): AddRecord {
  return function chainRecord(slice, id, key, record) {
    const content = slice as OwnContent;
    const rows = content.rows as ChainRows | undefined;
    if (rows === undefined) {
      addToBucket(content, id, key, record);
      return;
    }
    const stream = side.second ? 1 : 0;
    const pool = rows.pools[stream] ?? poolOf(rows, stream, record);
    pool?.reserve();
    let row = rows.find(id);
    if (pool === undefined || !pool.codec.store(retain(record), pool, pool.size)) {
      put(content, id, key, row < 0 ? values.first(record) : values.add(rows.valueOf(row), record));
      return;
    }
    if (row < 0) row = rows.newRow(id, key);
    else if (rows.epochOf(row) !== epochs.current) rows.touch(row);
    rows.append(row, stream, pool, pool.claim());
  };
}
