/**
 * `npm start`: installs and builds what is missing, starts a cluster of real processes (1 ResourceManager, 2 NodeManagers),
 * runs the word count and the earthquakes job on it, each as an application of its own, compares their results with ones
 * worked out without any engine, and says what to type next. On a terminal the cluster stays until Ctrl-C; without one,
 * or with CI set, it ends at once. Either way it leaves no process and no file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureReady, root } from './ensure-ready.mjs';

ensureReady();

const { Demo } = await import('./demo/demo.mjs');
const { expectedEarthquakes, expectedWords } = await import('./demo/expected.mjs');

const home = mkdtempSync(join(tmpdir(), 'weft-start-'));
const demo = new Demo(home, root);
let failed = false;
let stopping;

/** Stops the cluster and removes its folder; safe to call twice. */
function stop() {
  stopping ??= demo.down().finally(() => rmSync(home, { recursive: true, force: true }));
  return stopping;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    console.log('\nStopping …');
    stop().then(() => process.exit(failed ? 1 : 0));
  });
}

try {
  await demo.up(2);
  const data = (name) => join(root, 'examples', 'data', name);
  await demo.run({
    title: 'Word count over Newton’s Opticks',
    program: join(root, 'examples', 'word-count.ts'),
    input: data('opticks.txt'),
    expected: expectedWords(data('opticks.txt')),
    best: (rows) => rows.sort((a, b) => Number(b[1]) - Number(a[1])).slice(0, 8),
    columns: ['word', 'count'],
  });
  await demo.run({
    title: 'Earthquakes of a week in 2018, by network',
    program: join(root, 'examples', 'earthquakes.ts'),
    input: data('earthquakes.jsonl'),
    expected: expectedEarthquakes(data('earthquakes.jsonl')),
    best: (rows) => rows.sort((a, b) => Number(b[1]) - Number(a[1])).slice(0, 8),
    columns: ['network', 'events', 'strongest', 'mean'],
  });
  demo.printNext();
} catch (error) {
  failed = true;
  console.error(`\n${error.message}`);
}

if (failed || !process.stdout.isTTY || !process.stdin.isTTY || process.env.CI) {
  await stop();
  process.exit(failed ? 1 : 0);
}
console.log('\nThe cluster runs until you press Ctrl-C.');
setInterval(() => {}, 1 << 30);
