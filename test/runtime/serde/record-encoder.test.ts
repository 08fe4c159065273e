import test from 'ava';
import { makeCopier, RecordEncoder } from '../../../runtime/serde/index.js';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { roundTrip } from './round-trip.js';

test('records of one shape need one version', (t) => {
  const encoder = new RecordEncoder();
  for (let i = 0; i < 100; i++) encoder.boundOf({ word: `w${i}`, count: i });
  t.is(encoder.version, 1);
  t.deepEqual(encoder.shape, {
    k: 'obj',
    fields: [
      { name: 'word', shape: { k: 'str' }, optional: false },
      { name: 'count', shape: { k: 'int' }, optional: false },
    ],
  });
});

test('a shape is widened, not given up, when a field turns optional, null or fractional', (t) => {
  const fallbacks: string[] = [];
  const records = [{ a: 1 }, { a: 1.5 }, { a: null }, { a: 2, b: 'x' }, {}, { b: undefined }];
  t.deepEqual(
    roundTrip(records, (path) => fallbacks.push(path)),
    records,
  );
  t.deepEqual(fallbacks, []);
});

test('undefined is not missing', (t) => {
  const out = roundTrip([{ a: 1, b: 2 }, { a: undefined, b: 1 }, { b: 3 }]) as object[];
  t.deepEqual(Object.keys(out[1] ?? {}).sort(), ['a', 'b']);
  t.deepEqual(Object.keys(out[2] ?? {}), ['b']);
});

test('a class instance arrives as a plain object and is reported with its path', (t) => {
  class Point {
    constructor(
      readonly x: number,
      readonly y: number,
    ) {}
  }
  const fallbacks: [string, string][] = [];
  const [out] = roundTrip([{ at: new Point(1, 2) }], (...report) => fallbacks.push(report)) as [{ at: object }];
  t.is(Object.getPrototypeOf(out.at), Object.prototype);
  t.deepEqual(out, { at: { x: 1, y: 2 } } as never);
  t.is(fallbacks[0]?.[0], 'record.at');
  t.regex(fallbacks[0]?.[1] ?? '', /Point/);
});

test('a class instance in a field that was plain before is not lost', (t) => {
  class Money {
    readonly amount = 5;
  }
  const paths: string[] = [];
  const out = roundTrip([{ m: { amount: 1 } }, { m: new Money() }], (path) => paths.push(path));
  t.deepEqual(out, [{ m: { amount: 1 } }, { m: { amount: 5 } }]);
  t.deepEqual([...new Set(paths)], ['record.m']);
});

test('what cannot travel is refused, naming where it is', (t) => {
  for (const bad of [() => 1, Symbol('x'), Promise.resolve(), /x/]) {
    const error = t.throws(() => roundTrip([{ deep: { f: bad } }]));
    t.true(hasCode(error, 'SERDE_UNSUPPORTED_VALUE'));
    t.regex(error?.message ?? '', /record\.deep/);
    t.true(
      hasCode(
        t.throws(() => makeCopier()({ deep: { f: bad } })),
        'SERDE_UNSUPPORTED_VALUE',
      ),
    );
  }
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  t.true(
    hasCode(
      t.throws(() => roundTrip([cycle])),
      'SERDE_UNSUPPORTED_VALUE',
    ),
  );
});

test('records whose fields never settle end up in the generic encoding, with nothing lost', (t) => {
  const records = Array.from({ length: 200 }, (_, i) => ({ [`k${i}`]: i, same: 'x' }));
  const paths: string[] = [];
  t.deepEqual(
    roundTrip(records, (path) => paths.push(path)),
    records,
  );
  t.deepEqual(paths, ['record']);
});

test('decoded records share a hidden class in field order', (t) => {
  const out = roundTrip([
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ]) as object[];
  t.deepEqual(out.map(Object.keys), [
    ['a', 'b'],
    ['a', 'b'],
  ]);
});

test('a copier passes primitives by identity and copies what can change', (t) => {
  const copy = makeCopier();
  const text = 'x'.repeat(10);
  t.is(copy(text), text);
  const record = { tags: ['a'], at: new Date(5) };
  const copied = copy(record);
  copied.tags.push('b');
  copied.at.setTime(6);
  t.deepEqual(record, { tags: ['a'], at: new Date(5) });
});
