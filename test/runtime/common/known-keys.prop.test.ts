import fc from 'fast-check';
import test from 'ava';
import { KNOWN_KEYS, knownNumbers, knownStrings, type KnownKeys } from '../../../runtime/common/known-keys.js';

/** What belongs to a key, kept by its number: it must never be another key's. */
function columnOver<K>(make: (forget: (number: number) => void) => KnownKeys<K>) {
  const column: (K | undefined)[] = [];
  const known = make((number) => {
    column[number] = undefined;
  });
  return {
    /** @returns whether the key was known; undefined: it has no number */
    visit(key: K): boolean | undefined {
      const number = known.numberOf(key);
      if (number < 0) return undefined;
      if (number >= KNOWN_KEYS) throw new Error(`${number} is no number of a key`);
      const there = column[number];
      column[number] = key;
      if (there !== undefined && there !== key) throw new Error(`${String(key)} got what belongs to ${String(there)}`);
      return there !== undefined;
    },
  };
}

test('a number belongs to one key at a time', (t) => {
  const text = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('', 'word1', 'word2', 'drow1', 'x'.repeat(100)));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 300 }), (keys) => {
      const column = columnOver(knownStrings);
      for (const key of [...keys, ...keys]) column.visit(key);
      return true;
    }),
  );
  fc.assert(
    fc.property(fc.array(fc.double(), { maxLength: 300 }), (keys) => {
      const column = columnOver(knownNumbers);
      for (const key of [...keys, ...keys]) if (key === key) column.visit(key);
      return true;
    }),
  );
  t.pass();
});

test('few keys that repeat are nearly always known; very many neither mix up nor are looked for in vain for long', (t) => {
  const words = columnOver(knownStrings);
  const hits = Array.from({ length: 50_000 }, (_, i) => words.visit(`word${i % 1000}`)).filter(
    (known) => known === true,
  );
  t.true(hits.length > 48_000, `${hits.length} of 50,000`);

  const ids = columnOver(knownStrings);
  const asked = Array.from({ length: 200_000 }, (_, i) => ids.visit(`id-${i}`)).filter((known) => known !== undefined);
  t.true(asked.length < 30_000, `${asked.length} of 200,000`);
});
