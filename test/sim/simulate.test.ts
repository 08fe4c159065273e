import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { simulate } from './simulate.js';

const folder = mkdtempSync(join(tmpdir(), 'weft-sim-'));
test.after.always(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** CI runs these; `simulate.long.test.ts` goes on from here. */
const SEEDS = 100;

test('a seed runs the same each time', async (t) => {
  const [first, second] = [await simulate({ seed: 7, folder }), await simulate({ seed: 7, folder })];
  t.is(first.hash, second.hash);
  t.is(first.events, second.events);
  t.not(first.hash, (await simulate({ seed: 8, folder })).hash);
});

test('nothing is lost, doubled or stuck in the first seeds, whatever fails in them', async (t) => {
  t.timeout(120_000);
  for (let seed = 1; seed <= SEEDS; seed++) {
    const { failure, faults } = await simulate({ seed, folder });
    t.is(failure, undefined, `npm run sim -- --seed ${seed} --trace`);
    t.true(faults >= 20, `seed ${seed} has only ${faults} faults`);
  }
});
