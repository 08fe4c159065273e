import test from 'ava';
import { proveScale } from './disk-scale.js';

test('20 million keys of 200 bytes in a tenth of their size', async (t) => {
  t.timeout(1_200_000);
  await proveScale(t, { keys: 20_000_000, valueBytes: 200, times: 10 });
});

test('20 million keys of 40 bytes in a quarter of their size', async (t) => {
  t.timeout(1_200_000);
  await proveScale(t, { keys: 20_000_000, valueBytes: 40, times: 4 });
});
