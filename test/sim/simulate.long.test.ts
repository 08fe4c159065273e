/** Far more seeds than CI has time for, on all cores; and each planted bug, which must be found by the seeds that CI runs. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { copyTree, hunt, plant, plantedBugs } from './planted/plant.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const LONG_SEEDS = 5000;
const CI_SEEDS = 100;

test('nothing is lost, doubled or stuck in five thousand seeds', async (t) => {
  t.timeout(1_800_000);
  const workers = Math.max(1, availableParallelism());
  const each = Math.ceil(LONG_SEEDS / workers);
  const outputs = await Promise.all(
    Array.from({ length: workers }, (_, nth) => seedsFrom(CI_SEEDS + 1 + nth * each, each)),
  );
  t.deepEqual(
    outputs.flatMap((output) => output.split('\n').filter((line) => /^seed \d+: (?!ok)/.test(line))),
    [],
  );
  const done = outputs.flatMap((output) => output.match(/^seed \d+: ok/gm) ?? []).length;
  t.true(done >= LONG_SEEDS);
});

for (const bug of plantedBugs(root)) {
  test(`the seeds of CI find the planted bug ${bug}`, async (t) => {
    t.timeout(300_000);
    const folder = mkdtempSync(join(tmpdir(), 'weft-planted-'));
    try {
      copyTree(root, folder);
      await plant(root, folder, bug);
      const found = await hunt(folder, CI_SEEDS);
      t.regex(found ?? 'not found', /^seed \d+: at /);
      t.log(found);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

function seedsFrom(first: number, count: number): Promise<string> {
  const main = join(root, 'dist/test/sim/main.js');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, '--seed', String(first), '--seeds', String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8');
    });
    child.once('error', reject);
    child.once('close', () => {
      resolve(output);
    });
  });
}
