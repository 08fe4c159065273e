import test from 'ava';
import { cursorOver } from '../../../runtime/serde/index.js';
import { readString, StringCache, writeString } from '../../../runtime/serde/strings.js';

function readBack(text: string, cache: StringCache): string {
  const bytes = new Uint8Array(text.length * 2 + 8);
  const end = writeString(bytes, 0, text);
  const cursor = cursorOver(bytes.subarray(0, end));
  const read = readString(cursor, cache);
  if (cursor.pos !== end) throw new Error(`${cursor.pos} bytes read of ${end}`);
  return read;
}

test('strings of every length come back, known or not', (t) => {
  const cache = new StringCache();
  for (let round = 0; round < 3; round++) {
    for (let length = 0; length < 200; length++) {
      const text = 'abcdefghij'.repeat(20).slice(0, length);
      t.is(readBack(text, cache), text);
      // Differs in one character only, at each end and in the middle.
      for (const at of [0, length >> 1, length - 1]) {
        const other = `${text.slice(0, at)}\u00e9${text.slice(at + 1)}`;
        t.is(readBack(other, cache), other);
      }
    }
  }
});

test('more strings than there are places come back, each time they are read', (t) => {
  const cache = new StringCache();
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 10_000; i++) if (readBack(`word${i}`, cache) !== `word${i}`) t.fail(`word${i}`);
  }
  t.pass();
});

test('a string that claims to be longer than what is there is refused', (t) => {
  const cursor = cursorOver(Uint8Array.of(20, 97, 98));
  t.throws(() => readString(cursor, new StringCache()), { code: 'SERDE_CORRUPT' });
});
