import test from 'ava';
import { createServer } from 'node:net';
import { hasCode } from '../../../runtime/common/errors/index.js';
import { jobGraphOf, project, replayInThread, runInClient, type ClientRun } from './fixture.js';

/** Runs the client's functions and the thread's, which must agree. */
async function bothResults(run: ClientRun, index = 0): Promise<[Record<string, unknown>, Record<string, unknown>]> {
  const inClient: Record<string, unknown> = {};
  for (const { name, operator } of run.jobs[index].graph.nodes) {
    if (operator.type === 'map') inClient[name] = operator.fn.map(undefined);
  }
  const { results } = await replayInThread(run.folder, jobGraphOf(run, index));
  return [inClient, results];
}

test.serial('a slot thread sees the clocks and random numbers that the client saw', async (t) => {
  const run = await runInClient(
    project({
      'main.ts': `import { execute } from 'weft-stream';
import { randomBytes, randomInt, randomUUID, randomFillSync } from 'node:crypto';
import { performance as perf } from 'node:perf_hooks';
const seen = [Date.now(), new Date().getTime(), Date(), +new Date(5), perf.now(), process.hrtime()[1], String(process.hrtime.bigint()),
  Math.random(), randomUUID(), crypto.randomUUID(), randomBytes(8).toString('hex'), randomInt(1e9), randomInt(5, 1e9),
  [...crypto.getRandomValues(new Uint32Array(2))].join(), randomFillSync(Buffer.alloc(6), 2).toString('hex'), Math.random()];
const isDate = new Date() instanceof Date;
await execute({ seen: () => seen, isDate: () => isDate, later: () => Date.now() - seen[0] < 60_000 });`,
    }),
  );
  const [client, thread] = await bothResults(run);
  t.is((client['seen'] as unknown[]).length, 16);
  t.deepEqual(thread, client);
  t.true(client['isDate'] === true && client['later'] === true);
});

test.serial('arguments, working folder, environment and configuration are the client’s', async (t) => {
  process.env['WEFT_TEST_READ'] = 'set by the client';
  const program = project({
    'main.ts': `import { execute } from 'weft-stream';
const { WEFT_TEST_READ } = process.env;
const seen = [process.argv.slice(2), process.cwd(), WEFT_TEST_READ, process.env.WEFT_TEST_UNSET ?? 'unset', 'WEFT_TEST_READ' in process.env];
const host = globalThis[Symbol.for('weft-stream.host')];
const told = [host.parallelism, host.configuration['pipeline.name']];
await execute({ seen: () => seen, told: () => told });`,
  });
  const run = await runInClient(program, ['--input', 'a b', '-p', '4']);
  const [client, thread] = await bothResults(run);
  t.deepEqual(client['seen'], [['--input', 'a b', '-p', '4'], process.cwd(), 'set by the client', 'unset', true]);
  t.deepEqual(client['told'], [3, 'configured']);
  t.deepEqual(thread, client);
  // Node itself reads a variable or two while it imports.
  const read = Object.entries(run.jobs[0].execution.context.environment).filter(([name]) => name.startsWith('WEFT_'));
  t.deepEqual(Object.fromEntries(read), { WEFT_TEST_READ: 'set by the client', WEFT_TEST_UNSET: null });
});

test.serial('after execute() functions see the real world of their thread', async (t) => {
  const run = await runInClient(
    project({
      'main.ts': `import { execute } from 'weft-stream';
const now = Date.now; const before = now();
await execute({ env: () => process.env.ONLY_IN_THREAD ?? 'none', moves: () => { const a = performance.now(); while (performance.now() === a); return now() >= before; } });`,
    }),
  );
  const { results } = await replayInThread(run.folder, jobGraphOf(run));
  t.deepEqual(results, { env: 'yes', moves: true });
});

test.serial('env.value is worked out once, by the client, and keeps dates and maps', async (t) => {
  const run = await runInClient(
    project({
      'main.ts': `import { execute, value } from 'weft-stream';
import { readFileSync } from 'node:fs';
const v = await value('host', async () => ({ when: new Date(7), map: new Map([[1, readFileSync('/etc/hostname', 'utf8').length > 0]]), t: process.pid }));
await execute({ v: () => [v.when.getTime(), v.map.get(1), v.t] });`,
    }),
  );
  const [client, thread] = await bothResults(run);
  t.deepEqual(thread, client);
  t.deepEqual(client['v'], [7, true, process.pid]);
});

test.serial('several execute() in one program, the later ones with the results of the earlier', async (t) => {
  const run = await runInClient(
    project({
      'main.ts': `import { execute } from 'weft-stream';
const first = await execute({ one: () => 1 });
const r = Math.random();
if (first.netRuntimeMs === 7) await execute({ two: () => [2, r, first.jobId] });`,
    }),
  );
  t.is(run.jobs.length, 2);
  const [client, thread] = await bothResults(run, 1);
  t.deepEqual(thread, client);
  t.deepEqual(Object.keys((await replayInThread(run.folder, jobGraphOf(run, 0))).results), ['one']);
});

test.serial('what the main part prints is printed by the client alone', async (t) => {
  const run = await runInClient(
    project({
      'main.ts': `import { execute } from 'weft-stream';
if (process.env.ONLY_IN_THREAD === undefined) { /* printed in the client */ }
globalThis.process.stdout.write(''); console.error('from main');
await execute({ a: () => { console.log('from a function'); return 1; } });`,
    }),
  );
  const { output } = await replayInThread(run.folder, jobGraphOf(run));
  t.is(output, 'from a function\n');
});

test.serial('main() that nobody awaits is waited for', async (t) => {
  const program = project({
    'main.ts': `import { execute } from 'weft-stream';\nasync function main() { await execute({ a: () => 1 }); }\nvoid main();`,
  });
  const run = await runInClient(program);
  t.is(run.jobs.length, 1);
});

test.serial('a main() that nobody awaits, and that takes its time, comes to its execute() on replay', async (t) => {
  const run = await runInClient(
    project({
      'main.ts': `import { execute, value } from 'weft-stream';
import { isMainThread } from 'node:worker_threads';
async function main() {
  const v = await value('v', () => 5);
  await new Promise((done) => setTimeout(done, 150));
  for (let i = 0; i < 50; i++) await undefined;
  await execute({ a: () => v });
}
const running = main();
// The test's process is no place to notice that nothing is left to do.
if (isMainThread) await running;`,
    }),
  );
  t.deepEqual((await replayInThread(run.folder, jobGraphOf(run))).results, { a: 5 });
});

test.serial('a replay that never comes to its execute() is told, whether it ends or waits for ever', async (t) => {
  const ways = [
    'if (!worker) await execute({ a: () => 1 });',
    'if (worker) await new Promise(() => {}); await execute({ a: () => 1 });',
    'async function main() { if (worker) await new Promise(() => {}); await execute({ a: () => 1 }); } void main();',
  ];
  for (const way of ways) {
    const run = await runInClient(
      project({
        'main.ts': `import { execute } from 'weft-stream';\nimport { isMainThread } from 'node:worker_threads';\nconst worker = !isMainThread;\n${way}`,
      }),
    );
    const error = await t.throwsAsync(replayInThread(run.folder, jobGraphOf(run)), { code: 'BUNDLE_GRAPH_DIVERGED' });
    t.regex(error.message, /before the execute\(\) that made this job/);
  }
});

test.serial('reading files or the network in the main part is refused on replay, with the user’s line', async (t) => {
  const server = createServer((socket) => socket.destroy()).listen(0);
  const port = (server.address() as { port: number }).port;
  const attempts: Record<string, string> = {
    'readFileSync("/etc/hosts")': `readFileSync('/etc/hosts')`,
    'readFile("/etc/hosts")': `await promises.readFile('/etc/hosts')`,
    'a network connection': `await new Promise((done) => connect(${port}).on('connect', done).unref())`,
    'execSync(…)': `execSync('true')`,
  };
  for (const [what, code] of Object.entries(attempts)) {
    const run = await runInClient(
      project({
        'main.ts': `import { execute } from 'weft-stream';\nimport { promises, readFileSync } from 'node:fs';\nimport { connect } from 'node:net';\nimport { execSync } from 'node:child_process';\n${code};\nvoid [promises, readFileSync, connect, execSync];\nawait execute({ a: () => 1 });`,
      }),
    );
    const error = await t.throwsAsync(replayInThread(run.folder, jobGraphOf(run)));
    t.true(hasCode(error, 'BUNDLE_IO_IN_REPLAY'), String(error));
    t.true(error?.message.includes(what) && /main\.ts:5:/.test(error.message), error?.message);
  }
  server.close();
});

test.serial('a graph that comes out different names the operator', async (t) => {
  const run = await runInClient(
    project({
      'main.ts': `import { execute } from 'weft-stream';\nimport { threadId } from 'node:worker_threads';\nawait execute({ same: () => 1, [threadId === 0 || process.argv[2] === undefined ? 'here' : 'there']: () => 2 });`,
    }),
  );
  const jobGraph = jobGraphOf(run);
  jobGraph.streamNodes[1].name = 'elsewhere';
  const error = await t.throwsAsync(replayInThread(run.folder, jobGraph));
  t.true(hasCode(error, 'BUNDLE_GRAPH_DIVERGED'));
  t.regex(error?.message ?? '', /operator 2 "elsewhere" is called "here"/);
});

test.serial('a main part that throws shows the user’s lines alone', async (t) => {
  const error = await t.throwsAsync(
    runInClient(
      project({
        'main.ts': `import { fail } from './lib.js';\n\nfail('no input');\n`,
        'lib.ts': `interface X { a: 1 }\n\nexport function fail(why: string): never {\n  throw new RangeError(why);\n}\n`,
      }),
    ),
  );
  t.true(hasCode(error, 'BUNDLE_PROGRAM_FAILED'));
  const cause = error?.cause as Error;
  t.is(cause.stack, 'RangeError: no input\n    at fail (lib.ts:4:9)\n    at main.ts:3:1');
});
