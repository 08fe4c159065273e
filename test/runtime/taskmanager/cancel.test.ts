/** Cancelling, restarting, and what the JobManager hears meanwhile. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { MiniCluster, eventually } from './job-harness.js';

let cluster: MiniCluster;
test.beforeEach(async () => {
  cluster = await new MiniCluster({ slots: 2, cancellationTimeoutMs: 1000 }).start();
});
test.afterEach.always(async () => {
  await cluster.close();
});

const PRELUDE = `
import { StreamExecutionEnvironment } from 'weft-stream';
import { appendFileSync } from 'node:fs';
const [notes] = process.argv.slice(2);
const note = (text: string): void => appendFileSync(notes, text + '\\n');
const env = StreamExecutionEnvironment.getExecutionEnvironment();
`;

test.serial('a cancel reaches the source, closes the functions, and removes the files', async (t) => {
  const notes = join(cluster.folder, 'notes');
  const program = `${PRELUDE}
env.addSource({
  async run(ctx) {
    note('run');
    while (!ctx.isCancelled) { await ctx.collect(1); await ctx.sleep(5); }
    note('returned');
  },
  cancel() { note('cancel'); },
}).map({ map: (n: number) => n, open() { note('open'); }, close() { note('close'); } }).addSink({ invoke() {} });
await env.execute('endless');`;
  const run = await cluster.run(await cluster.compile(program, [notes]));
  await eventually(() => run.states.length > 0 && readFileSync(notes, 'utf8').includes('run'));
  await run.cancel();
  const ends = await run.end();
  t.is(ends[0]?.state, 'CANCELED');
  t.deepEqual(
    run.states.map((text) => text.split(' ').at(-1)),
    ['RUNNING', 'CANCELED'],
  );
  const lines = readFileSync(notes, 'utf8').trimEnd().split('\n');
  t.deepEqual(lines.slice(0, 3), ['open', 'run', 'cancel']);
  t.deepEqual(lines.slice(3).sort(), ['close', 'returned']);
  await eventually(() => cluster.leftOvers.length === 0 && cluster.network.usage.usedSegments === 0);
});

test.serial('a function that never returns is torn down; heartbeats go on meanwhile', async (t) => {
  const program = `${PRELUDE}
env.fromElements(1).map((n) => { for (;;); }).addSink({ invoke() {} });
await env.execute('stuck');`;
  const run = await cluster.run(await cluster.compile(program));
  await eventually(() => run.states.length > 0);
  const before = cluster.heartbeats.length;
  await eventually(() => cluster.heartbeats.length > before + 3);
  await run.cancel();
  t.is((await run.end())[0]?.state, 'CANCELED');
});

test.serial('a close that never ends is torn down after the cancellation timeout', async (t) => {
  const program = `${PRELUDE}
env.addSource({ async run(ctx) { while (!ctx.isCancelled) { await ctx.collect(1); await ctx.sleep(1); } } })
  .map({ map: (n: number) => n, close: () => new Promise<void>(() => {}) }).addSink({ invoke() {} });
await env.execute('does not close');`;
  const run = await cluster.run(await cluster.compile(program));
  await eventually(() => run.states.length > 0);
  await run.cancel();
  t.is((await run.end())[0]?.state, 'CANCELED');
});

test.serial('a newer attempt takes the slots of the older one', async (t) => {
  const program = `${PRELUDE}
env.setParallelism(2);
env.fromSequence(1, 1e12).rebalance().map((n) => n).addSink({ invoke() {} });
await env.execute('restarts');`;
  const jobGraph = await cluster.compile(program);
  const first = await cluster.run(jobGraph, 0);
  await eventually(() => first.states.length === 4);
  const second = await cluster.run(jobGraph, 1);
  t.true((await first.end()).every(({ state }) => state === 'CANCELED'));
  await eventually(() => second.states.length === 4);
  await second.cancel();
  t.true((await second.end()).every(({ state }) => state === 'CANCELED'));
});

test.serial('a slot that runs another job takes no second one', async (t) => {
  const program = `${PRELUDE}
env.addSource({ async run(ctx) { await ctx.sleep(1e6); } }).addSink({ invoke() {} });
await env.execute('holder');`;
  const holder = await cluster.run(await cluster.compile(program));
  const error = await t.throwsAsync(cluster.run(await cluster.compile(program)));
  t.is((error as Error & { code: string }).code, 'TASK_SLOT_NOT_FREE');
  await holder.cancel();
  await holder.end();
});

test.serial(
  'a JobManager that knows nothing of what runs finds it cancelled when it registers the TaskManager',
  async (t) => {
    const program = `${PRELUDE}
env.fromSequence(1, 1e12).addSink({ invoke() {} });
await env.execute('orphan');`;
    const run = await cluster.run(await cluster.compile(program));
    await eventually(() => run.states.length > 0);
    await cluster.membership.join();
    t.true(cluster.membership.isRegistered);
    t.deepEqual(cluster.executor.figures(), []);
  },
);

test.serial('figures of the tasks come with the heartbeats, without their threads', async (t) => {
  const program = `${PRELUDE}
env.setParallelism(2);
env.fromSequence(1, 1e12).rebalance().map((n) => n).addSink({ invoke() {} });
await env.execute('busy');`;
  const run = await cluster.run(await cluster.compile(program));
  await eventually(
    () => (cluster.heartbeats.at(-1)?.metrics ?? []).filter(({ recordsIn }) => recordsIn > 0).length === 2,
  );
  const { metrics, totalNetworkSegments, usedNetworkSegments, residentBytes } = cluster.heartbeats.at(-1)!;
  t.is(metrics.length, 4);
  for (const { busyMs, idleMs, backPressuredMs } of metrics) t.true(busyMs + idleMs + backPressuredMs > 0);
  t.true(usedNetworkSegments > 0 && usedNetworkSegments <= totalNetworkSegments && residentBytes > 1e7);
  await run.cancel();
  await run.end();
});
