/** The reading side of an edge: the code for each shape that its producers announce. */
import { Type } from 'typebox';
import { CodeBuilder, evaluate } from './codegen.js';
import { DECODE_CONSTANTS, emitRead, type StringCaches } from './codegen-decode.js';
import { corrupt, type Cursor } from './cursor.js';
import type { Shape } from './shape.js';
import { StringCache } from './strings.js';
import { describeMismatch } from '../common/wire/validators.js';
import { MAX_SHORT_LENGTH, TIMED_SHORT, TIMESTAMP_BYTES } from './record-encoder.js';

/** What a run reads from: committed bytes from `pos` up to `end`. */
export interface RunSource extends Cursor {
  end: number;
  /** Set when the handler wants no further record now. */
  stopped: boolean;
}

/** Takes records; `false` = no further one now. */
export interface RecordHandler {
  onRecord(record: unknown): boolean | void;
}

/** Where the event time of the record at hand is found: epoch milliseconds, NaN if it has none. */
export interface RecordTime {
  timestampMs: number;
}

/** What a channel knows about the key of the record at hand. */
export interface RecordKey {
  /** The number by which the key goes along the channel; 0 = it has none. */
  number: number;
  /** Of the channel: what the taker of the records keeps for the key of each number, `undefined` where it is another key's now. */
  kept: unknown[];
}

export interface ShapeReader {
  /**
   * Reads records with a two-byte length, with or without a timestamp, until the bytes end, another kind of element begins, `max` records are read or
   * the handler says stop.
   * @returns how many records were handed over
   * @throws SERDE_CORRUPT
   */
  run(source: RunSource, handler: RecordHandler, max: number): number;
  /** Reads the record at the cursor, which must end at `end`. @throws SERDE_CORRUPT */
  readOne(cursor: Cursor, end: number): unknown;
}

const Definition = Type.Object({
  version: Type.Integer(),
  shape: Type.Object({ k: Type.String() }, { additionalProperties: true }),
});

/** Makes readers from definitions; one per gate, so that channels of equal shape share code and caches. */
export class RecordDecoder {
  private readonly readers = new Map<string, ShapeReader>();
  private readonly caches = new Map<string, StringCache>();

  /**
   * @param reserve books the bytes of a cache, if there is memory for it. @default there always is
   * @param time told the timestamp of each record of a run before it is handed over
   * @param recordKey told the number of each record's key when it is read
   */
  constructor(
    private readonly reserve: (bytes: number) => boolean = () => true,
    private readonly time: RecordTime = { timestampMs: NaN },
    private readonly recordKey: RecordKey = { number: 0, kept: [] },
  ) {}

  /** @param definition what `RecordEncoder.definition` made @throws SERDE_CORRUPT */
  readerFor(definition: Uint8Array): ShapeReader {
    const shape = parseDefinition(definition);
    const key = JSON.stringify(shape);
    let reader = this.readers.get(key);
    if (reader === undefined) {
      reader = compile(shape, this.cacheOf, this.time, this.recordKey);
      this.readers.set(key, reader);
    }
    return reader;
  }

  private readonly cacheOf: StringCaches = (path) => {
    let cache = this.caches.get(path);
    if (cache === undefined) {
      cache = new StringCache(this.reserve(StringCache.BYTES));
      this.caches.set(path, cache);
    }
    return cache;
  };
}

function parseDefinition(definition: Uint8Array): Shape {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(definition).toString('utf8'));
  } catch (error) {
    throw corrupt(`its shape is not JSON (${String(error)})`);
  }
  const mismatch = describeMismatch(Definition, parsed);
  if (mismatch !== undefined) throw corrupt(`its shape is malformed: ${mismatch}`);
  return (parsed as { shape: Shape }).shape;
}

function compile(shape: Shape, caches: StringCaches, time: RecordTime, recordKey: RecordKey): ShapeReader {
  const code = new CodeBuilder({ ...DECODE_CONSTANTS, corrupt, time, recordKey });
  const value = emitRead(shape, code, caches, 'record');
  const body = code.body();
  const expression = `{
    readOne(c, end) {
      const { u8, dv, keys } = c;
      let p = c.pos;
      let key = 0;
      ${body}
      if (p !== end) throw corrupt('its length is wrong');
      c.pos = p;
      recordKey.number = key;
      return ${value};
    },
    run(c, handler, max) {
      const { u8, dv, keys, end } = c;
      let p = c.pos;
      let count = 0;
      let timed = false;
      time.timestampMs = NaN;
      while (count < max && end - p >= 2) {
        const length = dv.getUint16(p, true);
        let stop;
        if (length <= ${MAX_SHORT_LENGTH}) {
          stop = p + 2 + length;
          if (stop > end) break;
          p += 2;
          if (timed) {
            timed = false;
            time.timestampMs = NaN;
          }
        } else {
          stop = p + ${2 + TIMESTAMP_BYTES - TIMED_SHORT} + length;
          if (length < ${TIMED_SHORT} || stop > end) break;
          timed = true;
          time.timestampMs = dv.getFloat64(p + 2, true);
          p += ${2 + TIMESTAMP_BYTES};
        }
        let key = 0;
        ${body}
        if (p !== stop) throw corrupt('its length is wrong');
        c.pos = p;
        recordKey.number = key;
        count++;
        if (handler.onRecord(${value}) === false) { c.stopped = true; break; }
      }
      return count;
    },
  }`;
  return evaluate<ShapeReader>(expression, code.constants);
}
