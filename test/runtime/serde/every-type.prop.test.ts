/** Each built-in type on each way that records take: bytes, copies, the least size; and where a fallback is said to be. */
import test from 'ava';
import fc from 'fast-check';
import {
  cursorOver,
  encodeTagged,
  hashKey,
  keyIdentity,
  leastBytes,
  makeCopier,
  RecordDecoder,
  RecordEncoder,
} from '../../../runtime/serde/index.js';
import { roundTrip } from './round-trip.js';

const bytes = fc.uint8Array({ maxLength: 24 });
const typedArray = fc.oneof(
  ...[fc.int8Array, fc.uint8Array, fc.uint8ClampedArray, fc.int16Array, fc.uint16Array].map((array) => array()),
  ...[fc.int32Array, fc.uint32Array, fc.float32Array, fc.float64Array].map((array) => array()),
  ...[fc.bigInt64Array(), fc.bigUint64Array(), bytes.map((given) => Buffer.from(given))],
  // A view into memory that holds more than it.
  bytes.map((given) => new Uint8Array(given.buffer, Math.min(1, given.byteLength))),
);
const leaf: fc.Arbitrary<unknown> = fc.oneof(
  typedArray,
  fc.bigInt(),
  fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }),
  fc.date({ noInvalidDate: false }),
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, undefined, true, false),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.record({ a: tie('value'), b: tie('value') }, { requiredKeys: ['a'], noNullPrototype: true }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
  ),
}));

test('every typed array, BigInt, Date, Map and Set survives the trip and the copy, wherever it is', (t) => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (records) => {
      const copy = makeCopier();
      t.deepEqual(roundTrip(records), records);
      t.deepEqual(
        records.map((record) => copy(record)),
        records,
      );
    }),
    { numRuns: 400 },
  );
});

test('no record takes less than its least size', (t) => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), (records) => {
      const encoder = new RecordEncoder();
      for (const record of records) {
        const target = new Uint8Array(encoder.boundOf(record) + 8);
        const end = encoder.write(record, target, new DataView(target.buffer), 0);
        t.true(leastBytes(record, Infinity) <= end);
        const reader = new RecordDecoder().readerFor(encoder.definition());
        t.deepEqual(reader.readOne(cursorOver(target), end), record);
      }
      for (const record of records) t.true(leastBytes(record, Infinity) <= encodeTagged(record).length);
    }),
    { numRuns: 300 },
  );
});

class Money {
  readonly amount = 5;
}

type Step = readonly [name: string, around: (inner: unknown) => unknown];
const steps: readonly Step[] = [
  ['.total', (inner) => ({ id: 1, total: inner })],
  ['[1]', (inner) => ['first', inner]],
  ['[]', (inner) => new Set([inner])],
  ['.<value>', (inner) => new Map([['key', inner]])],
  ['.<key>', (inner) => new Map([[inner, 'value']])],
];

test('a fallback is reported with the path of the field, by the encoder and by the copier', (t) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 4 }), (way) => {
      const record = way.reduceRight<unknown>((inner, [, around]) => around(inner), new Money());
      const path = `record${way.map(([name]) => name).join('')}`;
      const reported = new Set<string>();
      const note = (where: string, reason: string): void => void reported.add(`${where}: ${/Money/.test(reason)}`);
      roundTrip([record], note);
      t.deepEqual([...reported], [`${path}: true`]);
      reported.clear();
      makeCopier(note)(record);
      t.deepEqual([...reported], [`${path}: true`]);
    }),
    { numRuns: 100 },
  );
});

const { key } = fc.letrec((tie) => ({
  key: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true }),
      fc.integer(),
      fc.boolean(),
    ),
    fc.array(tie('key'), { maxLength: 3 }),
  ),
}));

test('a key of any type has the hash and the identity of its copy, also behind the trip', (t) => {
  fc.assert(
    fc.property(key, key, (one, other) => {
      const [arrived] = roundTrip([one]);
      t.is(hashKey(arrived), hashKey(one));
      t.is(keyIdentity(arrived), keyIdentity(one));
      if (keyIdentity(one) === keyIdentity(other)) t.is(hashKey(one), hashKey(other));
    }),
    { numRuns: 1000 },
  );
});
