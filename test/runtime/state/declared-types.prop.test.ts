/** State whose declared type changes between two runs: what edits of a type do to values, against what each edit says for itself. */
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { systemClock } from '../../../runtime/common/clock.js';
import { WeftError } from '../../../runtime/common/errors/index.js';
import { Types, ValueStateDescriptor, type TypeInformation } from '../../../runtime/functions/index.js';
import { compatibilityOf, typeFromJson, typeToJson } from '../../../runtime/functions/types/index.js';
import { keyedStateStore, OperatorStates } from '../../../runtime/state/index.js';
import { ALL_GROUPS, DiskOperators } from './disk-states.js';
import { restoreOf } from './snapshot-in-memory.js';

type Row = Record<string, unknown>;
type Fields = Record<string, TypeInformation<unknown>>;
type Verdict = 'as is' | 'after migration' | 'incompatible';

/** A type of a field, and its values. */
interface Leaf {
  readonly type: TypeInformation<unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

const INT: Leaf = { type: Types.INT, values: fc.integer() };
const LEAVES: Record<string, Leaf> = {
  INT,
  LONG: { type: Types.LONG, values: fc.maxSafeInteger() },
  DOUBLE: { type: Types.DOUBLE, values: fc.double({ noNaN: true }) },
  STRING: { type: Types.STRING, values: fc.string() },
  BOOLEAN: { type: Types.BOOLEAN, values: fc.boolean() },
  BIG_INT: { type: Types.BIG_INT, values: fc.bigInt() },
  ENUM: { type: Types.ENUM('a', 'b'), values: fc.constantFrom('a', 'b') },
  LIST: { type: Types.LIST(Types.INT), values: fc.array(fc.integer(), { maxLength: 3 }) },
  NULLABLE: { type: Types.NULLABLE(Types.STRING), values: fc.option(fc.string()) },
};

/** What becomes of one field, and what it does to a row. */
interface Edit {
  readonly verdict: Verdict;
  readonly apply: (fields: Fields, name: string) => void;
  readonly change: (row: Row, name: string) => void;
}

const same = (): void => undefined;
const becomes = (type: TypeInformation<unknown>, verdict: Verdict, change: Edit['change'] = same): Edit => ({
  verdict,
  apply: (fields, name) => (fields[name] = type),
  change,
});
const added = (type: TypeInformation<unknown>, verdict: Verdict, change: Edit['change'] = same): Edit => ({
  verdict,
  apply: (fields, name) => (fields[`new ${name}`] = type),
  change,
});
const toBigInt: Edit['change'] = (row, name) => (row[name] = BigInt(row[name] as number));

const FOR_ANY: Edit[] = [
  { verdict: 'as is', apply: same, change: same },
  {
    verdict: 'after migration',
    apply: (fields, name) => Reflect.deleteProperty(fields, name),
    change: (row, name) => Reflect.deleteProperty(row, name),
  },
  added(Types.INT, 'after migration', (row, name) => (row[`new ${name}`] = 0)),
  added(Types.BOOLEAN, 'after migration', (row, name) => (row[`new ${name}`] = false)),
  added(Types.BIG_INT, 'after migration', (row, name) => (row[`new ${name}`] = 0n)),
  added(Types.NULLABLE(Types.STRING), 'after migration', (row, name) => (row[`new ${name}`] = null)),
  added(Types.OPTIONAL(Types.STRING), 'after migration'),
  added(Types.WITH_DEFAULT(Types.STRING, 'x'), 'after migration', (row, name) => (row[`new ${name}`] = 'x')),
  added(Types.WITH_DEFAULT(Types.LIST(Types.INT), [7]), 'after migration', (row, name) => (row[`new ${name}`] = [7])),
  added(Types.STRING, 'incompatible'),
  added(Types.ROW({ n: Types.INT }), 'incompatible'),
  becomes(Types.GENERIC, 'as is'),
  becomes(Types.DATE, 'incompatible'),
  becomes(Types.ROW({ n: Types.INT }), 'incompatible'),
];

const EDITS: Record<string, Edit[]> = {
  INT: [
    becomes(Types.LONG, 'as is'),
    becomes(Types.DOUBLE, 'as is'),
    becomes(Types.NULLABLE(Types.INT), 'as is'),
    becomes(Types.OPTIONAL(Types.DOUBLE), 'as is'),
    becomes(Types.BIG_INT, 'after migration', toBigInt),
    becomes(Types.STRING, 'incompatible'),
    becomes(Types.ENUM(1, 2), 'incompatible'),
  ],
  LONG: [
    becomes(Types.DOUBLE, 'as is'),
    becomes(Types.BIG_INT, 'after migration', toBigInt),
    becomes(Types.INT, 'incompatible'),
  ],
  DOUBLE: [becomes(Types.LONG, 'incompatible'), becomes(Types.BIG_INT, 'incompatible')],
  STRING: [becomes(Types.ENUM('a', 'b'), 'incompatible'), becomes(Types.LIST(Types.STRING), 'incompatible')],
  BOOLEAN: [becomes(Types.INT, 'incompatible')],
  BIG_INT: [becomes(Types.LONG, 'incompatible')],
  ENUM: [
    becomes(Types.ENUM('c', 'b', 'a'), 'as is'),
    becomes(Types.STRING, 'as is'),
    becomes(Types.ENUM('b', 'c'), 'incompatible'),
  ],
  LIST: [
    becomes(Types.LIST(Types.DOUBLE), 'as is'),
    becomes(Types.LIST(Types.BIG_INT), 'after migration', (row, name) => {
      row[name] = (row[name] as number[]).map(BigInt);
    }),
    becomes(Types.SET(Types.INT), 'incompatible'),
    becomes(Types.LIST(Types.STRING), 'incompatible'),
  ],
  NULLABLE: [
    becomes(Types.NULLABLE(Types.ENUM('a')), 'incompatible'),
    becomes(Types.STRING, 'incompatible'),
    becomes(Types.OPTIONAL(Types.NULLABLE(Types.STRING)), 'as is'),
  ],
};

/** Two types, values of the first, and what becomes of them. */
interface Case {
  readonly then: TypeInformation<Row>;
  readonly now: TypeInformation<Row>;
  readonly rows: readonly Row[];
  readonly expected: readonly Row[];
  readonly verdict: Verdict;
}

const worst = (verdicts: readonly Verdict[]): Verdict =>
  verdicts.includes('incompatible')
    ? 'incompatible'
    : verdicts.includes('after migration')
      ? 'after migration'
      : 'as is';

interface Edited {
  readonly name: string;
  readonly leaf: Leaf;
  readonly edit: Edit;
}

const edited = (name: string): fc.Arbitrary<Edited> =>
  fc
    .constantFrom(...Object.keys(LEAVES))
    .chain((kind) =>
      fc.constantFrom(...[...FOR_ANY, ...EDITS[kind]]).map((edit) => ({ name, leaf: LEAVES[kind], edit })),
    );

const rowCase: fc.Arbitrary<Case> = fc.tuple(edited('a'), edited('b'), edited('c')).chain((edits) =>
  fc
    .array(
      fc.record(Object.fromEntries(edits.map(({ name, leaf }) => [name, leaf.values])), { noNullPrototype: true }),
      {
        minLength: 1,
        maxLength: 4,
      },
    )
    .map((rows): Case => {
      const fields: Fields = Object.fromEntries(edits.map(({ name, leaf }) => [name, leaf.type]));
      const then = Types.ROW({ ...fields });
      for (const { name, edit } of edits) edit.apply(fields, name);
      const now = Types.ROW(fields);
      const verdict = worst(edits.map(({ edit }) => edit.verdict));
      const expected = rows.map((row) => {
        const changed = { ...row };
        if (verdict !== 'incompatible') for (const { name, edit } of edits) edit.change(changed, name);
        return changed;
      });
      return { then, now, rows, expected, verdict };
    }),
);

/** The same inside of other types. */
const anyCase: fc.Arbitrary<Case> = fc.oneof(
  rowCase,
  rowCase.map(({ then, now, rows, expected, verdict }) => {
    const around = (type: TypeInformation<unknown>) => Types.ROW({ of: Types.LIST(type), last: Types.TUPLE(type) });
    const all = (items: readonly Row[]): Row[] => [{ of: items, last: [items[0]] }];
    return {
      then: around(then),
      now: around(now),
      rows: all(rows),
      expected: all(expected),
      verdict,
    };
  }),
  rowCase.map(({ then, now, rows, expected, verdict }) => {
    const around = (type: TypeInformation<unknown>) => Types.ROW({ by: Types.MAP(Types.INT, Types.NULLABLE(type)) });
    const all = (items: readonly Row[]): Row[] => [{ by: new Map([...items, null].map((item, n) => [n, item])) }];
    return {
      then: around(then),
      now: around(now),
      rows: all(rows),
      expected: all(expected),
      verdict,
    };
  }),
);

test('the verdict over two types is that of the worst edit between them', (t) => {
  fc.assert(
    fc.property(anyCase, ({ then, now, verdict }) => {
      t.is(compatibilityOf(then.description, now.description).verdict, verdict);
      t.is(compatibilityOf(then.description, then.description).verdict, 'as is');
      const read = typeFromJson(JSON.parse(JSON.stringify(typeToJson(then.description))));
      t.is(compatibilityOf(read, now.description).verdict, verdict);
    }),
    { numRuns: 1500 },
  );
});

function heap(): OperatorStates {
  return new OperatorStates({ operatorId: 'b', operatorName: 'heap' }, ALL_GROUPS, systemClock);
}

/** Keeps each row under its number, in the state of a declared type. */
function fill(operator: OperatorStates, rows: readonly Row[], type: TypeInformation<Row> | undefined): void {
  const backend = operator.keyed();
  const state = keyedStateStore(backend).getState(new ValueStateDescriptor<Row>('rows', type));
  for (const [n, row] of rows.entries()) {
    backend.setCurrentKey(n);
    state.update(row);
  }
}

function contentOf(operator: OperatorStates, count: number, type: TypeInformation<Row> | undefined): unknown[] {
  const backend = operator.keyed();
  const state = keyedStateStore(backend).getState(new ValueStateDescriptor<Row>('rows', type));
  return Array.from({ length: count }, (_, n) => {
    backend.setCurrentKey(n);
    return state.value();
  });
}

async function migratesOn(
  t: ExecutionContext,
  make: readonly [() => OperatorStates, () => OperatorStates],
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(anyCase, fc.boolean(), async ({ then, now, rows, expected, verdict }, declared) => {
      const first = make[0]();
      fill(first, rows, declared ? then : undefined);
      const taken = await restoreOf(first.snapshot(1));
      first.close();
      const second = make[1]();
      await second.restore(taken);
      // The state is in the next snapshot whether or not anybody has asked for it.
      const unasked = await restoreOf(second.snapshot(2));
      const third = make[1]();
      await third.restore(unasked);
      if (verdict !== 'incompatible') {
        t.deepEqual(contentOf(third, rows.length, now), expected);
        const again = await restoreOf(third.snapshot(3));
        const fourth = make[0]();
        await fourth.restore(again);
        t.deepEqual(contentOf(fourth, rows.length, now), expected);
        fourth.close();
      } else if (declared) {
        const error = t.throws(() => contentOf(third, rows.length, now), { instanceOf: WeftError });
        t.is(error.code, 'STATE_TYPE_INCOMPATIBLE');
        t.regex(error.message, /"rows".*value\..* (was|is) .* now/);
      }
      second.close();
      third.close();
    }),
    { numRuns },
  );
}

test('state on the heap is migrated when it is asked for', async (t) => {
  await migratesOn(t, [heap, heap], 300);
});

test('state on disk is migrated when it is asked for, and so is state that changes its backend', async (t) => {
  const disk = new DiskOperators(t);
  const make = (): OperatorStates => disk.make();
  await migratesOn(t, [make, make], 60);
  await migratesOn(t, [heap, make], 30);
  await migratesOn(t, [make, heap], 30);
});
