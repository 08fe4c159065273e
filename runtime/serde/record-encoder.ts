/** The writing side of an edge: learns the shape of its records and keeps the code that was generated for it. */
import { CodeBuilder, evaluate } from './codegen.js';
import { emitCheck, emitWrite, ENCODE_CONSTANTS } from './codegen-encode.js';
import { reportOnce, type FallbackListener } from './fallback.js';
import { mergeShapes, sameShape, shapeOf, type Shape } from './shape.js';

/** Where `put` writes to: room from `pos` up to `limit`. */
export interface PutTarget {
  readonly u8: Uint8Array;
  readonly dv: DataView;
  pos: number;
  limit: number;
}

export const enum PutResult {
  /** Written, behind its length in two bytes; `pos` has moved. */
  done = 0,
  /** Nothing is written: there may not be room, or the record is too long for a two-byte length. */
  noRoom = 1,
  /** Nothing is written: the record does not fit the shape. */
  misfit = -1,
}

/** Lengths up to this fit into the two bytes before a record. */
export const MAX_SHORT_LENGTH = 0x3fff;

/** Where lengths of records with a timestamp begin: the two bytes are this + the length, the timestamp follows as a double. */
export const TIMED_SHORT = 0xc000;
export const TIMESTAMP_BYTES = 8;

/** After so many shapes the records have none worth generating code for. */
const MAX_VERSIONS = 32;

interface Compiled {
  /** @param number of the record's key, where that is a string that may be written as a number; else 0 */
  put: (record: unknown, target: PutTarget, key: unknown, number: number) => PutResult;
  putTimed: (record: unknown, target: PutTarget, key: unknown, number: number, timestampMs: number) => PutResult;
  bound: (record: unknown) => number;
  write: (record: unknown, u8: Uint8Array, dv: DataView, pos: number) => number;
}

export class RecordEncoder {
  /** Counts the shapes; 0 until the first record. Both ends speak of a shape by it. */
  version = 0;
  /** Undefined until the first record, unless it was declared. */
  shape: Shape | undefined;
  private code: Compiled | undefined;
  /** 1 for the number of each key that the reader knows. */
  private readonly told: Uint8Array;
  private readonly report: FallbackListener;

  /**
   * @param onFallback told once per path of what only the generic encoding can carry
   * @param declared a shape that is known beforehand
   * @param keyNumbers how many numbers of keys there are
   */
  constructor(onFallback?: FallbackListener, declared?: Shape, keyNumbers = 0) {
    this.told = new Uint8Array(keyNumbers);
    this.report = reportOnce(onFallback);
    if (declared !== undefined) this.adopt(declared);
  }

  /**
   * The code for the hot path; `boundOf` helps when it says `misfit`. Undefined before there is a shape: a stand-in for it
   * would be what call sites learn first.
   */
  get put(): Compiled['put'] | undefined {
    return this.code?.put;
  }

  /** As `put`, with a timestamp. */
  get putTimed(): Compiled['putTimed'] | undefined {
    return this.code?.putTimed;
  }

  /**
   * How many bytes the record can need at most. Widens the shape (a new `version`) when the record does not fit.
   * @throws SERDE_UNSUPPORTED_VALUE
   */
  boundOf(record: unknown): number {
    let bound = this.code?.bound(record) ?? -1;
    if (bound >= 0) return bound;
    this.widen(record);
    bound = this.code?.bound(record) ?? -1;
    if (bound >= 0) return bound;
    // The shape says that it fits, the code that it doesn't (a proxy, say): the generic encoding takes everything.
    this.report('record', 'no shape could be learnt from it');
    this.adopt({ k: 'any' });
    return this.code?.bound(record) ?? 0;
  }

  /** Writes a record whose bound was just asked for. @returns the position behind it */
  write(record: unknown, u8: Uint8Array, dv: DataView, pos: number): number {
    return this.code?.write(record, u8, dv, pos) ?? pos;
  }

  /** The number stands for another key from now on. */
  forgetKey(number: number): void {
    this.told[number] = 0;
  }

  /** What must be sent before the first record of this version. */
  definition(): Uint8Array {
    return Buffer.from(JSON.stringify({ version: this.version, shape: this.shape }));
  }

  private widen(record: unknown): void {
    const seen = shapeOf(record, this.report);
    const merged = this.shape === undefined ? seen : mergeShapes(this.shape, seen, this.report);
    if (this.version >= MAX_VERSIONS) {
      this.report('record', `its shape changed ${MAX_VERSIONS} times`);
      this.adopt({ k: 'any' });
    } else if (this.shape === undefined || !sameShape(this.shape, merged)) this.adopt(merged);
  }

  private adopt(shape: Shape): void {
    this.shape = shape;
    this.version++;
    this.code = compile(shape, this.report, this.told);
  }
}

function compile(shape: Shape, report: FallbackListener, told: Uint8Array): Compiled {
  const check = new CodeBuilder({ ...ENCODE_CONSTANTS, told });
  const fixed = emitCheck(shape, 'x', check, report, 'record');
  const write = new CodeBuilder();
  emitWrite(shape, 'x', write);
  const checked = `let n = ${fixed};\n${check.body()}`;
  const expression = `{
    bound(x) {
      ${checked}
      return n;
    },
    write(x, u8, dv, p) {
      const key = undefined, number = 0;
      ${write.body()}
      return p;
    },
    put(x, target, key, number) {
      ${checked}
      const start = target.pos;
      if (n > ${MAX_SHORT_LENGTH} || start + 2 + n > target.limit) return ${PutResult.noRoom};
      const { u8, dv } = target;
      let p = start + 2;
      ${write.body()}
      dv.setUint16(start, p - start - 2, true);
      target.pos = p;
      return ${PutResult.done};
    },
    putTimed(x, target, key, number, timestampMs) {
      ${checked}
      const start = target.pos;
      if (n > ${MAX_SHORT_LENGTH} || start + ${2 + TIMESTAMP_BYTES} + n > target.limit) return ${PutResult.noRoom};
      const { u8, dv } = target;
      let p = start + ${2 + TIMESTAMP_BYTES};
      ${write.body()}
      dv.setUint16(start, ${TIMED_SHORT - 2 - TIMESTAMP_BYTES} + p - start, true);
      dv.setFloat64(start + 2, timestampMs, true);
      target.pos = p;
      return ${PutResult.done};
    },
  }`;
  return evaluate<Compiled>(expression, check.constants);
}
