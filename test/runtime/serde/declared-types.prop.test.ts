/** Declared types of any build: their values pass the check and survive the trip in the shape that was declared. */
import test from 'ava';
import fc from 'fast-check';
import { Types, type TypeInformation } from '../../../runtime/functions/index.js';
import { mismatch } from '../../../runtime/functions/types/index.js';
import { makeCopier, makeTypeCheck, shapeOfType } from '../../../runtime/serde/index.js';
import { roundTrip } from './round-trip.js';

type AnyType = TypeInformation<unknown>;
/** A type together with what makes values of it. */
type Typed = readonly [AnyType, fc.Arbitrary<unknown>];

const simple: Typed[] = [
  [Types.STRING, fc.string({ unit: 'binary' })],
  [Types.INT, fc.integer()],
  [Types.LONG, fc.maxSafeInteger()],
  [Types.DOUBLE, fc.double()],
  [Types.BOOLEAN, fc.boolean()],
  [Types.BIG_INT, fc.bigInt()],
  [Types.DATE, fc.date({ noInvalidDate: true })],
  [Types.INSTANT, fc.date({ noInvalidDate: true })],
  [Types.ENUM('red', 'green'), fc.constantFrom('red', 'green')],
  [Types.ENUM(1, 2.5), fc.constantFrom(1, 2.5)],
  [Types.ENUM('on', 1, true), fc.constantFrom('on', 1, true)],
  [Types.TYPED_ARRAY(Uint8Array), fc.uint8Array()],
  [Types.TYPED_ARRAY(Float64Array), fc.float64Array()],
  [Types.TYPED_ARRAY(BigInt64Array), fc.bigInt64Array()],
  [Types.TYPED_ARRAY(Buffer), fc.uint8Array().map((bytes) => Buffer.from(bytes))],
];

const FIELDS = ['a', 'b', 'the c', '__d'];

const typed: fc.Arbitrary<Typed> = fc.letrec<{ type: Typed }>((tie) => ({
  type: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(...simple),
    tie('type').map(([type, values]): Typed => [Types.LIST(type), fc.array(values, { maxLength: 3 })]),
    tie('type').map(([type, values]): Typed => [
      Types.SET(type),
      fc.array(values, { maxLength: 3 }).map((items) => new Set(items)),
    ]),
    fc
      .tuple(tie('type'), tie('type'))
      .map(([[key, keys], [type, values]]): Typed => [
        Types.MAP(key, type),
        fc.array(fc.tuple(keys, values), { maxLength: 3 }).map((entries) => new Map(entries)),
      ]),
    fc
      .array(tie('type'), { maxLength: 3 })
      .map((items): Typed => [Types.TUPLE(...items.map(([type]) => type)), fc.tuple(...items.map(([, v]) => v))]),
    tie('type').map(([type, values]): Typed => [Types.NULLABLE(type), fc.option(values, { nil: null })]),
    tie('type').map(([type, values]): Typed => [Types.OPTIONAL(type), fc.option(values, { nil: undefined })]),
    fc.array(tie('type'), { minLength: 1, maxLength: FIELDS.length }).map(rowOf),
  ),
})).type;

function rowOf(types: readonly Typed[]): Typed {
  const named = types.map((type, i) => [FIELDS[i] ?? '', type] as const);
  const required = named.filter(([, [type]]) => type.description.kind !== 'optional').map(([name]) => name);
  return [
    Types.ROW(Object.fromEntries(named.map(([name, [type]]) => [name, type]))),
    fc.record(Object.fromEntries(named.map(([name, [, values]]) => [name, values])), {
      requiredKeys: required as never[],
      noNullPrototype: true,
    }),
  ];
}

const typeAndValues = typed.chain(([type, values]) => fc.tuple(fc.constant(type), fc.array(values, { minLength: 1 })));

test('values of a declared type fit it, and survive the trip and the copy', (t) => {
  fc.assert(
    fc.property(typeAndValues, ([type, values]) => {
      const fits = makeTypeCheck(type.description);
      const shape = shapeOfType(type.description);
      const fallbacks: string[] = [];
      const copy = makeCopier(undefined, shape);
      for (const value of values) {
        t.true(fits(value));
        t.is(mismatch(type.description, value), undefined);
        t.deepEqual(copy(value), value);
      }
      t.deepEqual(
        roundTrip(values, (path) => fallbacks.push(path), shape),
        values,
      );
      t.deepEqual(fallbacks, []);
    }),
    { numRuns: 300 },
  );
  t.pass();
});

test('the check refuses exactly what has a mismatch', (t) => {
  fc.assert(
    fc.property(typed, typeAndValues, ([type], [, values]) => {
      const fits = makeTypeCheck(type.description);
      for (const value of values) t.is(fits(value), mismatch(type.description, value) === undefined);
    }),
    { numRuns: 500 },
  );
  t.pass();
});

test('-0 where a whole number of 32 bits is declared stays -0', (t) => {
  t.true(makeTypeCheck(Types.INT.description)(-0));
  t.deepEqual(roundTrip([1, -0, 2], undefined, shapeOfType(Types.INT.description)), [1, -0, 2]);
});
