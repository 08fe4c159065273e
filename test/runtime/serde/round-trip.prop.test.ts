import test from 'ava';
import fc from 'fast-check';
import { makeCopier } from '../../../runtime/serde/index.js';
import { roundTrip } from './round-trip.js';

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  // Lone surrogates and all.
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 80 }).map((codes) => String.fromCharCode(...codes)),
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -0, NaN, Infinity, 2 ** 31, -(2 ** 31), null, undefined, true, false),
  fc.bigInt(),
  fc.date({ noInvalidDate: false }),
  fc.uint8Array(),
  fc.float64Array(),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.array(leaf, { maxLength: 3 }).map((items) => Object.assign([], items.concat(1), { length: items.length + 3 })),
    fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), fc.string()), tie('value')),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => new Set(items)),
  ),
}));

test('any sequence of values survives the trip', (t) => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 6 }), (records) => {
      t.deepEqual(roundTrip(records), records);
    }),
    { numRuns: 400 },
  );
  t.pass();
});

test('records of one program with optional, nullable and drifting fields survive the trip', (t) => {
  const record = fc.record(
    {
      word: fc.string(),
      count: fc.oneof(fc.integer(), fc.double()),
      tags: fc.array(fc.string()),
      pair: fc.tuple(fc.string(), fc.integer()),
      at: fc.option(fc.date(), { nil: null }),
      inner: fc.record({ x: fc.option(fc.double(), { nil: undefined }), y: fc.boolean() }, { noNullPrototype: true }),
    },
    { requiredKeys: ['word', 'count'], noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
      const fallbacks: string[] = [];
      t.deepEqual(
        roundTrip(records, (path) => fallbacks.push(path)),
        records,
      );
      t.deepEqual(fallbacks, []);
    }),
    { numRuns: 100 },
  );
});

test('a copy is what the trip makes, and shares nothing that can change', (t) => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (records) => {
      const copy = makeCopier();
      const copies = records.map((record) => copy(record));
      t.deepEqual(copies, records);
      records.forEach((record, i) => {
        if (typeof record === 'object' && record !== null) t.not(copies[i], record);
      });
    }),
    { numRuns: 300 },
  );
});
