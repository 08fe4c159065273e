/** Operators that no harness feeds: sources, what needs all of a bounded input, and loops; with and without room behind them. */
import test from 'ava';
import type { StreamExecutionEnvironment } from '../../runtime/api/index.js';
import { ManualClock, systemClock } from '../../runtime/common/clock.js';
import { openPipeline } from '../../runtime/testing/harness/operator-harness.js';
import { SOURCE_CONTRACTS } from './contracts/sources.js';

async function outputOf(
  build: (env: StreamExecutionEnvironment) => object,
  options: { output: 'unbounded' | 'one-buffer'; objectReuse: boolean; loop: boolean },
): Promise<{ results: unknown[]; peakRecords: number }> {
  const clock = options.loop ? systemClock : new ManualClock();
  const { slot, output } = await openPipeline(build, [], { ...options, clock });
  await slot.finish();
  return { results: [...output.results], peakRecords: slot.peakRecords };
}

for (const [name, { build, expected, unordered = false, loop = false, fanOut = 1 }] of Object.entries(
  SOURCE_CONTRACTS,
)) {
  test(name, async (t) => {
    for (const output of ['unbounded', 'one-buffer'] as const) {
      for (const objectReuse of [false, true]) {
        const { results, peakRecords } = await outputOf(build, { output, objectReuse, loop });
        const how = `${output}, object reuse ${objectReuse}`;
        t.deepEqual(unordered ? results.toSorted((a, b) => Number(a) - Number(b)) : results, expected, how);
        t.true(peakRecords <= fanOut, `${how}: ${peakRecords} records without room`);
      }
    }
  });
}
