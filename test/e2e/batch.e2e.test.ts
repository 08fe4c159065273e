import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { EXAMPLES, TestCluster } from './kit/cluster.js';
import { outputLines } from './kit/word-count.js';

const TOTALS = join(EXAMPLES, 'sales-totals.ts');
const SALES = 200_000;
const CUSTOMERS = 500;

/** Some 25 MB in the keyed stage, of which each of its subtasks gets a quarter: several times what a slot may sort in memory. */
const LITTLE_MEMORY = ['-D', 'taskmanager.memory.managed.size=1m', '-D', 'slotmanager.number-of-slots.max=2'];

test('a batch job spills, runs four subtasks a stage in two TaskManagers of one slot, and leaves no file', async (t) => {
  const cluster = await TestCluster.start(t);
  const output = join(cluster.home, 'totals');
  const words = ['--output', output, '--sales', String(SALES), '--customers', String(CUSTOMERS)];
  const run = ['run', '-t', 'yarn-per-job', '-p', '4', ...LITTLE_MEMORY, TOTALS, ...words];
  const { code, stderr } = await cluster.weft(...run);
  t.is(code, 0, stderr);

  const expected = new Map<string, number>();
  for (let n = 1; n <= SALES; n++) {
    const customer = `customer ${n % CUSTOMERS}`;
    expected.set(customer, (expected.get(customer) ?? 0) + n);
  }
  t.deepEqual(outputLines(output).toSorted(), [...expected].map(([key, sum]) => `${key}\t${sum}`).toSorted());

  const { applications } = await cluster.status();
  await cluster.untilApplication(applications[0].id, 'FINISHED');
  const files = readdirSync(cluster.home, { recursive: true, encoding: 'utf8' });
  t.deepEqual(
    files.filter((path) => /(^|\/)(run-\d+|\d+-\d+-\d+-from-\d+|fetched-.*)$/.test(path)),
    [],
  );

  const info = await cluster.weft('info', '-p', '4', ...LITTLE_MEMORY, TOTALS, ...words);
  t.regex(info.stdout, /Total by customer: not chained, .*, blocking: .*, sorted by key/);
  t.regex(info.stdout, /Memory of a TaskManager\n {2}process .* \+ managed 1 MB \+ /);
});
