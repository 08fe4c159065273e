/** What goes wrong in user code costs its own job, with a cause that names it, and nothing else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { MiniCluster, eventually, type JobRun, type TaskEnd } from './job-harness.js';

let cluster: MiniCluster;
test.before(async () => {
  cluster = await new MiniCluster({ slots: 2, processMb: 320 }).start();
});
test.after.always(async () => {
  await cluster.close();
});

const job = (body: string): string =>
  [
    `import { StreamExecutionEnvironment } from 'weft-stream';`,
    `const env = StreamExecutionEnvironment.getExecutionEnvironment();`,
    body,
    `await env.execute('job');`,
  ].join('\n');

async function failureOf(body: string, args: string[] = []): Promise<TaskEnd> {
  const run = await cluster.run(await cluster.compile(job(body), args));
  await eventually(() => run.ends.some(({ state }) => state === 'FAILED'));
  await run.cancel();
  const ends = await run.end();
  return ends.find(({ state }) => state === 'FAILED') as TaskEnd;
}

test.serial('a function that throws: operator, subtask, and the line of the TypeScript program', async (t) => {
  const { error } = await failureOf(`
interface Order { price?: { amount: number } }
const priceOf = (order: Order): number => {
  return order.price!.amount;
};
env.fromElements<Order>({ price: { amount: 1 } }, {}).map(priceOf).name('Price').print();`);
  t.is(error?.code, 'TASK_USER_FUNCTION_FAILED');
  t.regex(error?.message ?? '', /^Price \(subtask 0\): TypeError: .*amount/);
  t.is(error?.subject, 'Price');
  t.regex(error?.stack ?? '', /TypeError.*\n\s+at .*priceOf.* \(job-\d+\.ts:6:23\)/);
});

test.serial('the other tasks of the slot end too, and the slot is free for the next job', async (t) => {
  const run = await cluster.run(
    await cluster.compile(
      job(`
env.setParallelism(2);
env.fromSequence(1, 1e12).rebalance().map((n) => { if (n === 1000) throw new Error('a thousand'); return n; })
  .addSink({ invoke() {} });`),
    ),
  );
  await eventually(() => run.ends.some(({ state }) => state === 'FAILED'));
  await run.cancel();
  const ends = await run.end();
  t.is(ends.filter(({ state }) => state === 'FAILED').length, 1);
  t.true(ends.every(({ state }) => state !== 'FINISHED'));
  const next = await cluster.run(
    await cluster.compile(job(`env.setParallelism(2); env.fromElements(1).map((n) => n).addSink({ invoke() {} });`)),
  );
  t.true((await next.end()).every(({ state }) => state === 'FINISHED'));
});

test.serial('an input that is not there is named with its operator', async (t) => {
  const run = await cluster.run(await cluster.compile(job(`env.readTextFile('/nowhere/at/all.txt').print();`)));
  await eventually(() => run.enumeratorFailure !== undefined);
  await run.cancel();
  t.is(run.enumeratorFailure?.code, 'SOURCE_FILE_NOT_FOUND');
  t.regex(run.enumeratorFailure?.message ?? '', /Custom File Source.*\/nowhere\/at\/all\.txt/);
});

test.serial('an enumerator that throws, or ends its thread, is named with the line of the program', async (t) => {
  const failing = async (body: string): Promise<JobRun['enumeratorFailure']> => {
    const program = `import { splitSource } from 'weft-stream';\n${job(`
const reading = { splits(): number[] { ${body} }, read: (n: number) => [n] };
env.fromSource(splitSource(reading), 'Numbers').print();`)}`;
    const run = await cluster.run(await cluster.compile(program));
    await eventually(() => run.enumeratorFailure !== undefined);
    await run.cancel();
    return run.enumeratorFailure;
  };
  const thrown = await failing(`throw new Error('no splits today');`);
  t.is(thrown?.code, 'SOURCE_ENUMERATOR_FAILED');
  t.regex(thrown?.message ?? '', /^Source: Numbers, enumerator: no splits today/);
  t.regex(thrown?.stack ?? '', /job-\d+\.ts:5:/);
  const ended = await failing(`process.exit(3);`);
  t.is(ended?.code, 'SOURCE_ENUMERATOR_FAILED');
  t.regex(ended?.message ?? '', /exit code 3/);
  const late = await failing(`setTimeout(() => { throw new Error('later'); }, 1); return [];`);
  t.regex(late?.message ?? '', /later/);
});

test.serial('a source that does not wait for room', async (t) => {
  const { error } = await failureOf(`
env.addSource({ async run(ctx) { for (let i = 0; i < 1e6; i++) void ctx.collect(i); } })
  .addSink({ invoke: () => new Promise(() => {}) });`);
  t.is(error?.code, 'SOURCE_OVERRUN');
});

test.serial('an error outside of any operator, in a timer, fails the job that set it', async (t) => {
  const { error } = await failureOf(`
env.addSource({ async run(ctx) {
  setTimeout(() => { throw new RangeError('in a timer'); }, 5);
  await ctx.sleep(60_000);
} }).print();`);
  t.is(error?.code, 'TASK_UNCAUGHT_ERROR');
  t.regex(error?.message ?? '', /RangeError: in a timer/);
  t.regex(error?.stack ?? '', /job-\d+\.ts:5:28/);
});

test.serial('a program that ends the process ends only its slot', async (t) => {
  const { error } = await failureOf(`env.fromElements(1).map((n) => process.exit(3)).print();`);
  t.is(error?.code, 'TASK_THREAD_DIED');
  t.regex(error?.message ?? '', /exit code 3/);
});

test.serial(
  'a program that takes more memory than its slot has is ended with the plan; another job does not notice',
  async (t) => {
    const endless = await cluster.run(
      await cluster.compile(
        job(`
env.addSource({ async run(ctx) { while (!ctx.isCancelled) { await ctx.collect(1); await ctx.sleep(1); } } })
  .addSink({ invoke() {} });`),
      ),
    );
    const hungry = await cluster.compile(
      job(`
const kept: unknown[] = [];
env.fromSequence(1, 1e9).map((n) => kept.push({ n, text: 'x'.repeat(100) + n })).addSink({ invoke() {} });`),
    );
    // The hungry job goes into the other slot.
    const { jobId } = hungry;
    const jobGraph = cluster.store(Buffer.from(JSON.stringify(hungry)));
    const run = cluster.track(hungry, 1);
    const order = { jobId, jobAttempt: 0, slot: 1, region: 0, regionsInSlot: 1, jobGraph, tasks: run.tasksOf(0) };
    const { thread = 0 } = await cluster.client.call('submitTasks', order);
    t.true(thread > 0, 'the slot tells which thread runs it');
    await cluster.client.call('startTasks', { jobId, slot: 1, region: 0 });
    const [end] = await run.end();
    t.is(end?.error?.code, 'TASK_OUT_OF_MEMORY');
    t.regex(end?.error?.message ?? '', /process 320 MB = network .* heap .* overhead/);
    t.deepEqual(endless.ends, []);
    await endless.cancel();
    t.is((await endless.end())[0]?.state, 'CANCELED');
  },
);

test.serial('a program whose file was changed on the way is not run', async (t) => {
  const jobGraph = await cluster.compile(job(`env.fromElements(1).print();`));
  const [file] = jobGraph.program.files;
  const original = cluster.blobs.get(file?.sha256 ?? '') as Uint8Array;
  cluster.blobs.set(file?.sha256 ?? '', Buffer.concat([original, Buffer.from('\n// changed')]));
  const error = await t.throwsAsync(cluster.run(jobGraph));
  t.is((error as Error & { code: string }).code, 'BLOB_CORRUPT');
});

test.serial('a promise where a value is due names the operator and the line that made it', async (t) => {
  const { error } = await failureOf(`env.fromElements(1).map((n) => Promise.resolve(n)).name('Later').print();`);
  t.is(error?.code, 'TASK_RETURNED_PROMISE');
  t.regex(error?.message ?? '', /^Later \(subtask 0\).*declared at job-\d+\.ts:3:/);
});

test.serial('a key that is none is named, at the operator that sends the record', async (t) => {
  writeFileSync(join(cluster.folder, 'one.txt'), 'a\n');
  const { error } = await failureOf(`
env.setParallelism(2);
env.fromElements({ k: 1 }).map((r) => r as { k?: number }).name('Keyless')
  .keyBy((r) => (r as { none?: number }).none as number).sum('k').print();`);
  t.true(error?.code === 'SERDE_BAD_KEY' || error?.code === 'TASK_BAD_KEY', error?.code);
  t.regex(error?.message ?? '', /Keyless|Source/);
});
