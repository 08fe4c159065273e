import test from 'ava';
import fc from 'fast-check';
import { invert, keyIdentity, sortKeyBound, writeSortKey } from '../../../runtime/serde/index.js';

function encode(key: unknown): Buffer {
  const bound = sortKeyBound(key);
  const bytes = new Uint8Array(bound + 4).fill(0xee);
  const end = writeSortKey(key, bytes, new DataView(bytes.buffer), 2);
  if (end - 2 > bound) throw new Error(`${end - 2} bytes written, ${bound} promised`);
  return Buffer.from(bytes.subarray(2, end));
}

/** What the bytes must agree with, written down another way: by kind, then by JavaScript's own order. */
function compare(a: unknown, b: unknown): number {
  const byKind = rank(a) - rank(b);
  if (byKind !== 0) return Math.sign(byKind);
  if (typeof a === 'number') return compareNumbers(a, b as number);
  if (typeof a === 'string' || typeof a === 'bigint' || typeof a === 'boolean') {
    return a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0;
  }
  if (a instanceof Date) return compareNumbers(a.getTime(), (b as Date).getTime());
  if (Array.isArray(a)) return compareLists(a, b as unknown[]);
  if (typeof a === 'object' && a !== null) return compareLists(flat(a), flat(b as object));
  return 0;
}

function rank(key: unknown): number {
  if (key === undefined) return 0;
  if (key === null) return 1;
  if (key instanceof Date) return 6;
  if (Array.isArray(key)) return 7;
  return { boolean: 2, number: 3, bigint: 4, string: 5, object: 8 }[typeof key as 'object'];
}

function compareNumbers(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareLists(a: readonly unknown[], b: readonly unknown[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const order = compare(a[i], b[i]);
    if (order !== 0) return order;
  }
  return Math.sign(a.length - b.length);
}

function flat(key: object): unknown[] {
  return Object.entries(key)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flat();
}

const leaf = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, -Number.MIN_VALUE, null, undefined, true, false),
  fc.bigInt(),
  fc.bigInt({ min: -300n, max: 300n }),
  fc.string({ unit: 'binary' }),
  fc
    .array(fc.constantFrom(0, 1, 0x7e, 0x7f, 0x80, 0xff, 0x407e, 0x407f, 0x4080, 0xd800, 0xffff), { maxLength: 4 })
    .map((codes) => String.fromCharCode(...codes)),
  fc.date({ noInvalidDate: false }),
);
const { key } = fc.letrec((tie) => ({
  key: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('key'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'ab', ''), tie('key'), { maxKeys: 3 }),
  ),
}));

test('bytes compare as the keys do', (t) => {
  fc.assert(
    fc.property(key, key, (a, b) => {
      t.is(Math.sign(Buffer.compare(encode(a), encode(b))), compare(a, b));
    }),
    { numRuns: 4000 },
  );
});

test('neighbours compare as the keys do', (t) => {
  const near = fc.oneof(
    fc.tuple(fc.double(), fc.constantFrom(1e-12, -1e-12, 1, 0)).map(([x, d]) => [x, x + d]),
    fc.tuple(fc.bigInt(), fc.bigInt({ min: -2n, max: 2n })).map(([x, d]) => [x, x + d]),
    fc.tuple(fc.string(), fc.string({ maxLength: 2 })).map(([x, d]) => [x, x + d]),
    fc.tuple(fc.array(leaf, { maxLength: 2 }), leaf).map(([x, d]) => [x, [...x, d]]),
  );
  fc.assert(
    fc.property(near, ([a, b]) => {
      t.is(Math.sign(Buffer.compare(encode(a), encode(b))), compare(a, b));
    }),
    { numRuns: 2000 },
  );
});

test('composites compare field by field, descending ones the other way round', (t) => {
  const joined = (first: unknown, second: unknown): Buffer => {
    const tail = encode(second);
    invert(tail, 0, tail.length);
    return Buffer.concat([encode(first), tail]);
  };
  fc.assert(
    fc.property(leaf, leaf, leaf, leaf, (a, x, b, y) => {
      const first = compare(a, b);
      t.is(Math.sign(Buffer.compare(joined(a, x), joined(b, y))), first === 0 ? compare(y, x) : first);
    }),
    { numRuns: 2000 },
  );
});

test('what keyed state takes for one key has one encoding', (t) => {
  const scalar = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.string(), fc.boolean(), fc.bigInt());
  fc.assert(
    fc.property(scalar, scalar, (a, b) => {
      t.is(encode(a).equals(encode(b)), keyIdentity(a) === keyIdentity(b));
    }),
  );
});

test('what has no order is refused', (t) => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  for (const bad of [() => 1, Symbol('s'), new Map(), /x/, cyclic]) {
    t.throws(() => sortKeyBound(bad), { code: 'SERDE_BAD_KEY' });
  }
});
