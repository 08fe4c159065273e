import fc from 'fast-check';
import test from 'ava';
import { instantiate } from '../../../runtime/common/code-template.js';
import { KNOWN_KEYS, knownStrings } from '../../../runtime/common/known-keys.js';
import { CHANNEL_BITS, keyChannels } from '../../../runtime/exchange/output/key-channels.js';
import { hashKey, keyGroupOf, subtaskOfKeyGroup } from '../../../runtime/serde/index.js';

const key = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.boolean(),
);

function channelsOf(parallelism: number): (key: unknown) => number {
  const forget = (): undefined => undefined;
  const same = (error: unknown): unknown => error;
  const placeOf = instantiate(keyChannels)(hashKey, knownStrings, KNOWN_KEYS, 128, parallelism, forget, same);
  return (k) => placeOf(k) & (2 ** CHANNEL_BITS - 1);
}

test('a key goes where its key group lives, however often it comes and whatever came before', (t) => {
  fc.assert(
    fc.property(fc.array(key, { minLength: 1 }), fc.integer({ min: 1, max: 128 }), (keys, parallelism) => {
      const channelOf = channelsOf(parallelism);
      for (const k of [...keys, ...keys]) {
        t.is(channelOf(k), subtaskOfKeyGroup(keyGroupOf(k, 128), 128, parallelism));
      }
    }),
  );
});

test('keys that hardly repeat go the same way', (t) => {
  const channelOf = channelsOf(4);
  for (let i = 0; i < 50_000; i++) {
    const k = `user-${i}`;
    if (channelOf(k) !== subtaskOfKeyGroup(keyGroupOf(k, 128), 128, 4)) t.fail(k);
  }
  t.pass();
});
