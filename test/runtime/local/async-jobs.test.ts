import test from 'ava';
import { folderWith, weft } from '../../cli/run/weft.js';

const ENV = `import { StreamExecutionEnvironment } from 'weft-stream';
const env = StreamExecutionEnvironment.getExecutionEnvironment();
const endless = async (context) => { for (let n = 0; !context.isCancelled; n++) await context.collect(n); };
`;

async function run(t: { is(a: unknown, b: unknown, m?: string): unknown }, program: string): Promise<string> {
  const { code, stdout, stderr } = await weft(folderWith({ 'job.ts': ENV + program }), 'run', '-t', 'local', 'job.ts');
  t.is(code, 0, stdout + stderr);
  return stdout;
}

test('results of a stream come to the program while the job runs, and later jobs know them', async (t) => {
  const stdout = await run(
    t,
    `const records = [];
for await (const record of env.fromSequence(1, 3000).map((n) => ({ n, at: new Date(n) })).executeAndCollect()) records.push(record);
env.fromElements('later').map((text) => text + ' ' + records.length + ' ' + records.at(-1).at.getTime()).print();
await env.execute();
`,
  );
  t.true(stdout.includes('later 3000 3000\n'), stdout);
});

test('a collection that is left early ends its job', async (t) => {
  const stdout = await run(
    t,
    `console.log(JSON.stringify(await env.addSource(endless).executeAndCollect(3)));
for await (const n of env.addSource(endless).executeAndCollect('second')) { console.log('got ' + n); break; }
`,
  );
  t.true(stdout.includes('[0,1,2]\n'), stdout);
  t.true(stdout.includes('got 0\n'), stdout);
});

test('a job whose results are collected fails in the loop', async (t) => {
  const stdout = await run(
    t,
    `try {
  for await (const n of env.fromElements(1, 2).map((n) => { if (n === 2) throw new Error('two'); return n; }).executeAndCollect()) {}
} catch (error) { console.log(error.code + ' ' + error.cause.message); }
`,
  );
  t.regex(stdout, /JOB_FAILED .*two\n/);
});

test('jobs run beside each other and the program; what the program saw meanwhile is the same in slots', async (t) => {
  const stdout = await run(
    t,
    `env.addSource(endless).addSink(() => {});
const client = await env.executeAsync('endless');
const first = Math.random();
console.log('state ' + await client.getJobStatus());
const second = Date.now() + ' ' + Math.random();
env.fromElements('seen').map((text) => text + ' ' + first + ' ' + second + ' ' + client.getJobID()).print();
await env.execute('other');
console.log('seen ' + first + ' ' + second + ' ' + client.getJobID());
await client.cancel();
await client.getJobExecutionResult().catch((error) => console.log('then ' + error.code));
env.fromElements('after').print();
await env.execute('last');
`,
  );
  t.regex(stdout, /^state (RUNNING|CREATED|INITIALIZING)$/m);
  const seen = stdout.split('\n').filter((line) => line.startsWith('seen '));
  t.is(seen.length, 2, stdout);
  t.is(seen[0], seen[1]);
  t.true(stdout.includes('then JOB_CANCELED\n'));
  t.true(stdout.includes('after\n'));
});

test('a job that nobody asks about and that fails, fails the program', async (t) => {
  const program = `${ENV}env.fromElements(1).map(() => { throw new Error('nobody asked'); }).print();
await env.executeAsync('failing');
`;
  const { code, stderr } = await weft(folderWith({ 'job.ts': program }), 'run', '-t', 'local', 'job.ts');
  t.is(code, 1);
  t.regex(stderr, /nobody asked/);
});

test('the program goes on after a job that failed, and its slots do so too', async (t) => {
  const stdout = await run(
    t,
    `env.fromElements(1).map(() => { throw new Error('first'); }).print();
let why;
try { await env.execute(); } catch (error) { why = error.code; }
env.fromElements('second after ').map((text) => text + why).print();
await env.execute();
`,
  );
  t.true(stdout.includes('second after JOB_FAILED\n'), stdout);
});
