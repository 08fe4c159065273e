import test from 'ava';
import { Types, type TypeInformation } from '../../../runtime/functions/index.js';
import { issuePath, mismatch } from '../../../runtime/functions/types/index.js';

const order = Types.ROW({
  id: Types.LONG,
  customer: Types.ROW({ name: Types.STRING, born: Types.OPTIONAL(Types.DATE) }),
  lines: Types.LIST(Types.TUPLE(Types.STRING, Types.INT)),
  tags: Types.SET(Types.ENUM('new', 'old')),
  totals: Types.MAP(Types.STRING, Types.BIG_INT),
  note: Types.NULLABLE(Types.STRING),
});

const valid = {
  id: 1,
  customer: { name: 'Ada' },
  lines: [['pen', 2]],
  tags: new Set(['new']),
  totals: new Map([['net', 5n]]),
  note: null,
};

test('a mismatch names the path and what is wrong there', (t) => {
  const problems: [unknown, string][] = [
    [{ ...valid, id: 1.5 }, 'record.id: it must be an exact whole number, but is 1.5'],
    [{ ...valid, customer: { name: 5 } }, 'record.customer.name: it must be a string, but is 5'],
    [{ ...valid, customer: null }, 'record.customer: it must be an object, but is null'],
    [{ ...valid, customer: { name: 'A', born: new Date(NaN) } }, 'a valid Date, but is Invalid Date'],
    [{ ...valid, lines: [['pen', 2 ** 31]] }, 'record.lines[0][1]: it must be a whole number of 32 bits'],
    [{ ...valid, lines: [['pen']] }, 'record.lines[0]: it must have 2 elements, but has 1'],
    [{ ...valid, lines: new Array(1) }, 'record.lines[0]: the array has a hole there'],
    [{ ...valid, tags: new Set(['odd']) }, 'record.tags[]: it must be one of "new", "old", but is \'odd\''],
    [{ ...valid, totals: new Map([['net', 5]]) }, 'record.totals.<value>: it must be a bigint, but is 5'],
    [{ ...valid, totals: new Map([[1, 5n]]) }, 'record.totals.<key>: it must be a string, but is 1'],
    [{ ...valid, note: undefined }, 'record.note: it must be a string, but is undefined'],
    [{ ...valid, more: 1 }, 'record.more: the type has no such field'],
    [Object.assign(new (class Order {})(), valid), 'record: it must be a plain object, but is Order'],
    ['text', 'record: it must be an object'],
  ];
  t.is(mismatch(order.description, valid), undefined);
  for (const [value, expected] of problems) {
    const found = mismatch(order.description, value);
    t.true(`${found?.path}: ${found?.problem}`.includes(expected), `${found?.path}: ${found?.problem}`);
  }
  const rest = Object.fromEntries(Object.entries(valid).filter(([name]) => name !== 'note'));
  t.deepEqual(mismatch(order.description, rest), { path: 'record.note', problem: 'it is missing' });
});

test('a declared type is a Standard Schema', async (t) => {
  const { validate, vendor, version } = Types.LIST(Types.INT)['~standard'];
  t.deepEqual([vendor, version], ['weft', 1]);
  t.deepEqual(await validate([1]), { value: [1] });
  t.deepEqual(await validate(['x']), {
    issues: [{ message: "record[0]: it must be a whole number of 32 bits, but is 'x'" }],
  });
});

test('paths of other schemas', (t) => {
  t.is(issuePath({ message: '' }), 'record');
  t.is(issuePath({ message: '', path: ['a', 3, { key: 'b' }] }), 'record.a[3].b');
});

test('what cannot be a type is refused where it is declared', (t) => {
  t.throws(() => Types.ROW({ constructor: Types.STRING }), { instanceOf: TypeError, message: /"constructor"/ });
  t.throws(() => Types.ROW({ a: String as unknown as TypeInformation<string> }), { message: /field "a"/ });
  t.throws(() => Types.LIST(undefined as unknown as TypeInformation<string>), { message: /elements/ });
});
