import test from 'ava';
import { DiskOperators } from './disk-states.js';
import { proveScale } from './disk-scale.js';

test('a million keys of 200 bytes in a tenth of their size', async (t) => {
  t.timeout(120_000);
  await proveScale(t, { keys: 1_000_000, valueBytes: 200, times: 10 });
});

test('a million keys of 40 bytes in a quarter of their size', async (t) => {
  t.timeout(120_000);
  await proveScale(t, { keys: 1_000_000, valueBytes: 40, times: 4 });
});

test('more keys than the index has memory for fail with what it needs', (t) => {
  const operator = new DiskOperators(t).make(1024 * 1024);
  const { void: bucket } = operator.keyed().table<number>('state');
  t.throws(
    () => {
      for (let n = 0; n < 200_000; n++) bucket.set(n, n, n);
    },
    { message: /needs \d+/ },
  );
  operator.close();
});
