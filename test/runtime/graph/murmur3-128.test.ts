import test from 'ava';
import { murmur3Bits128 } from '../../../runtime/graph/murmur3-128.js';

/** The two 64-bit words of the hash, as the published vectors give them. */
function words(text: string): string[] {
  const hash = murmur3Bits128(Buffer.from(text, 'utf8'));
  return [hash.readBigUInt64LE(0), hash.readBigUInt64LE(8)].map((word) => word.toString(16));
}

test('vectors of MurmurHash3 x64 128 with seed 0', (t) => {
  t.deepEqual(words(''), ['0', '0']);
  t.deepEqual(words('hello'), ['cbd8a7b341bd9b02', '5b1e906a48ae1d19']);
  t.deepEqual(words('hello, world'), ['342fac623a5ebc8e', '4cdcbc079642414d']);
  t.deepEqual(words('19 Jan 2038 at 3:14:07 AM'), ['b89e5988b737affc', '664fc2950231b2cb']);
  t.deepEqual(words('The quick brown fox jumps over the lazy dog.'), ['cd99481f9ee902c9', '695da1a38987b6e7']);
});

test('integers as Flink feeds them: the ids of a first source, alone and with one chained output', (t) => {
  t.is(murmur3Bits128(Buffer.alloc(4)).toString('hex'), 'bc764cd8ddf7a0cff126f51c16239658');
  t.is(murmur3Bits128(Buffer.alloc(8)).toString('hex'), 'cbc357ccb763df2852fee8c4fc7d55f2');
});
