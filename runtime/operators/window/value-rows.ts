/** Accumulators in rows: each is read out of its row, grows by a record, and is written back. */
import { instantiate } from '../../common/code-template.js';
import type { Epochs } from '../../state/index.js';
import { flatCodec, type Columns, type FlatCodec } from './flat-codec.js';
import { KeyRows, ROW_HEAD, type RowsHome } from './key-rows.js';
import type { AddToBucket, OwnContent, PutValue, RowsKind } from './own-contents.js';
import type { ValueKind } from './window-body.js';
import type { AddRecord } from './window-store.js';

class ValueRows extends KeyRows implements Columns {
  refs: unknown[] = [];

  constructor(
    home: RowsHome,
    readonly codec: FlatCodec,
  ) {
    super(home, codec.numbersPerRow);
  }

  override emptied(home: RowsHome): this {
    this.refs = [];
    return super.emptied(home);
  }

  valueOf(row: number): unknown {
    return this.codec.load(this, row);
  }

  set(id: unknown, key: unknown, value: unknown): boolean {
    const row = this.find(id);
    if (row >= 0) {
      this.touch(row);
      return this.codec.store(value, this, row);
    }
    this.reserve();
    if (!this.codec.store(value, this, this.size)) return false;
    this.claim(id, key);
    return true;
  }
}

/** @param values how the accumulators grow */
export function valueRows(values: ValueKind): RowsKind {
  let codec: FlatCodec | undefined;
  let code: GrowInRows | undefined;
  return {
    code(put, addToBucket, epochs) {
      code = instantiate(growInRows)(values.first, values.add, put, addToBucket, epochs);
      return code.add;
    },
    rowsFor(value, home) {
      codec ??= flatCodec(value, ROW_HEAD);
      if (codec === undefined) return undefined;
      code?.learned(codec);
      return new ValueRows(home, codec);
    },
  };
}

interface GrowInRows {
  readonly add: AddRecord;
  /** Values are stored by it from now on. */
  learned(codec: FlatCodec): void;
}

/**
 * Template.
 * @param first the value of a key's first record
 * @param grow the value with one more record; it may be changed in place
 */
function growInRows(
  first: ValueKind['first'],
  grow: ValueKind['add'],
  put: PutValue,
  addToBucket: AddToBucket,
  epochs: Pick<Epochs<unknown>, 'current'>,
): GrowInRows {
  let store: FlatCodec['store'] | undefined;
  let load: FlatCodec['load'] | undefined;
  return {
    add(slice, id, key, record) {
      const content = slice as OwnContent;
      const rows = content.rows as ValueRows | undefined;
      if (rows === undefined || store === undefined || load === undefined) {
        addToBucket(content, id, key, record);
        return;
      }
      const row = rows.find(id);
      if (row < 0) {
        const value = first(record);
        rows.reserve();
        if (store(value, rows, rows.size)) rows.claim(id, key);
        else put(content, id, key, value);
      } else {
        if (rows.epochOf(row) !== epochs.current) rows.touch(row);
        const value = grow(load(rows, row), record);
        if (!store(value, rows, row)) put(content, id, key, value);
      }
    },
    learned(codec) {
      ({ store, load } = codec);
    },
  };
}
