import test from 'ava';
import fc from 'fast-check';
import {
  canonicalKeyBytes,
  hashKey,
  keyGroupOf,
  keyGroupRange,
  keyIdentity,
  KEY_HASH_VERSION,
  subtaskOfKeyGroup,
} from '../../../runtime/serde/index.js';
import { hasCode } from '../../../runtime/common/errors/index.js';

/** murmur3 (32 bit, seed 0) written out plainly, to check the unrolled one. */
function murmur(bytes: Uint8Array): number {
  let h = 0;
  const mix = (k: number) => {
    k = Math.imul(k, 0xcc9e2d51);
    k = (k << 15) | (k >>> 17);
    h ^= Math.imul(k, 0x1b873593);
  };
  const tail = bytes.length % 4;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let i = 0; i < bytes.length - tail; i += 4) {
    mix(view.getInt32(i, true));
    h = (h << 13) | (h >>> 19);
    h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  }
  let k = 0;
  for (let i = 0; i < tail; i++) k |= view.getUint8(bytes.length - tail + i) << (8 * i);
  if (tail > 0) mix(k);
  h ^= bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) & 0x7fffffff;
}

const key = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.bigInt(),
  fc.boolean(),
  fc.date({ noInvalidDate: true }),
  fc.array(fc.oneof(fc.string(), fc.integer()), { maxLength: 4 }),
);

test('the fast ways hash the canonical bytes', (t) => {
  fc.assert(
    fc.property(key, (k) => t.is(hashKey(k), murmur(Uint8Array.from(canonicalKeyBytes(k))))),
    { numRuns: 3000 },
  );
});

test('golden hashes of version 1: a change of any needs a new version', (t) => {
  t.is(KEY_HASH_VERSION, 1);
  t.deepEqual(
    ['', 'a', 'hello', 'stream', 'Zürich', '日本', 0, -0, 42, -1, 1.5, 1e300, 7n, -(2n ** 80n), true].map(hashKey),
    [
      1683673515, 1660139966, 294838352, 732741134, 1294624453, 1792590676, 1802587214, 1802587214, 425048912,
      1047080108, 1992318659, 735206728, 1819183277, 1363600419, 611411830,
    ],
  );
  t.is(hashKey(new Date(0)), 781250837);
  t.is(hashKey(['a', 1]), 794835681);
});

test('keys differ by type and content, except 0 and -0', (t) => {
  t.is(hashKey(0), hashKey(-0));
  t.is(keyIdentity(-0), keyIdentity(0));
  t.not(hashKey(1), hashKey(1n));
  t.not(hashKey('1'), hashKey(1));
  t.not(keyIdentity(['a', 'b']), keyIdentity(['ab']));
  t.is(keyIdentity(['a', 1]), keyIdentity(['a', 1]));
  t.not(keyIdentity(['a', 1]), keyIdentity(['a', '1']));
});

test('what is no key is refused', (t) => {
  for (const bad of [NaN, undefined, null, {}, () => 1, Symbol('x'), new Date(NaN), ['a', NaN], [{}], new Map()]) {
    t.true(
      hasCode(
        t.throws(() => hashKey(bad)),
        'SERDE_BAD_KEY',
      ),
    );
    t.true(
      hasCode(
        t.throws(() => keyIdentity(bad)),
        'SERDE_BAD_KEY',
      ),
    );
  }
});

test('key groups are spread evenly, and ranges cover them without overlap', (t) => {
  const hits = new Array<number>(128).fill(0);
  for (let i = 0; i < 128_000; i++) {
    const group = keyGroupOf(`user-${i}`, 128);
    hits[group] = (hits[group] ?? 0) + 1;
  }
  t.true(Math.min(...hits) > 850 && Math.max(...hits) < 1150);
  for (const parallelism of [1, 2, 3, 7, 128]) {
    for (let subtask = 0, next = 0; subtask < parallelism; subtask++) {
      const { start, end } = keyGroupRange(128, parallelism, subtask);
      t.is(start, next);
      for (let group = start; group <= end; group++) t.is(subtaskOfKeyGroup(group, 128, parallelism), subtask);
      next = end + 1;
      if (subtask === parallelism - 1) t.is(next, 128);
    }
  }
});
