import test from 'ava';
import { defaultMaxParallelism, maxParallelismOf } from '../../../runtime/graph/max-parallelism.js';

test('Flink’s rule: 1.5 times the parallelism, rounded up to a power of two, from 128 to 32768', (t) => {
  const table = [
    [1, 128],
    [85, 128],
    [86, 256],
    [170, 256],
    [171, 256],
    [172, 512],
    [10_000, 16_384],
    [21_845, 32_768],
    [30_000, 32_768],
  ] as const;
  for (const [parallelism, max] of table) t.is(defaultMaxParallelism(parallelism), max, `of ${parallelism}`);
});

test('the operator’s own before the job’s before the rule', (t) => {
  t.is(maxParallelismOf({ parallelism: 2, maxParallelism: 10 }, { maxParallelism: 20 }), 10);
  t.is(maxParallelismOf({ parallelism: 2, maxParallelism: undefined }, { maxParallelism: 20 }), 20);
  t.is(maxParallelismOf({ parallelism: 2, maxParallelism: undefined }, { maxParallelism: -1 }), 128);
});
