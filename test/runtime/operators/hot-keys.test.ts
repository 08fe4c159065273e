import test from 'ava';
import { HotKeys } from '../../../runtime/operators/index.js';

/** Feeds records as an input does. */
function feed(sample: HotKeys, records: Iterable<unknown>): void {
  for (const record of records) if (--sample.left === 0) sample.see(record);
}

function* repeat(count: number, record: (n: number) => unknown): Generator {
  for (let n = 0; n < count; n++) yield record(n);
}

test('keys with a great share are found among many others', (t) => {
  const sample = new HotKeys((record) => record);
  feed(
    sample,
    repeat(2_000_000, (n) => (n % 10 < 3 ? 'ann' : n % 10 === 3 ? 'bob' : `other ${(n * 7919) % 100_003}`)),
  );
  const [ann, bob, ...rest] = sample.top();
  t.is(ann?.key, 'ann');
  t.true(Math.abs((ann?.share ?? 0) - 0.3) < 0.04, String(ann?.share));
  t.is(bob?.key, 'bob');
  t.true(Math.abs((bob?.share ?? 0) - 0.1) < 0.04, String(bob?.share));
  t.deepEqual(rest, []);
});

test('a pattern of the input as long as the distance of samples hides nothing', (t) => {
  const sample = new HotKeys((record) => record);
  feed(
    sample,
    repeat(500_000, (n) => (n % 128 < 64 ? 'first half' : 'second half')),
  );
  const shares = sample.top().map(({ share }) => share);
  t.is(shares.length, 2);
  for (const share of shares) t.true(share > 0.4 && share < 0.6, String(share));
});

test('what was hot once is forgotten', (t) => {
  const sample = new HotKeys((record) => record);
  feed(
    sample,
    repeat(1_000_000, () => 'old'),
  );
  feed(
    sample,
    repeat(6_000_000, () => 'new'),
  );
  t.deepEqual(
    sample.top().map(({ key }) => key),
    ['new'],
  );
});

test('few records say nothing; keys of several fields have a label; bad keys are not looked at', (t) => {
  const sample = new HotKeys((record) => record);
  feed(
    sample,
    repeat(5000, () => ['Oslo', 5]),
  );
  t.deepEqual(sample.top(), []);
  feed(
    sample,
    repeat(50_000, (n) => (n % 2 === 0 ? ['Oslo', 5] : NaN)),
  );
  t.deepEqual(sample.top(), [{ key: "[ 'Oslo', 5 ]", share: 1 }]);
});
