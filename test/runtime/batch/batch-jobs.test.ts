import test, { type ExecutionContext } from 'ava';
import {
  type DataStream,
  RichMapFunction,
  type RuntimeMode,
  type StreamExecutionEnvironment,
} from '../../../runtime/api/index.js';
import { collectSink, MiniCluster, type MiniClusterOptions } from '../../../runtime/testing/index.js';

interface Sale {
  shop: string;
  price: number;
  at: Date;
}

/** 64 records of data that looks random and is the same each time. */
const SALES: Sale[] = Array.from({ length: 64 }, (_, n) => ({
  shop: `shop ${(n * 7) % 5}`,
  price: (n * 37) % 23,
  at: new Date(n * 1000),
}));

async function startCluster(t: ExecutionContext, options: MiniClusterOptions = {}): Promise<MiniCluster> {
  const cluster = await MiniCluster.start(options);
  t.teardown(() => cluster.close());
  return cluster;
}

/** What a job gives, in the order in which it comes. */
async function resultsOf<T>(
  cluster: MiniCluster,
  describe: (env: StreamExecutionEnvironment) => DataStream<T>,
  parallelism = 2,
): Promise<T[]> {
  const sink = collectSink<T>();
  await cluster.run(
    (env) => {
      describe(env).addSink(sink);
    },
    { parallelism },
  );
  return sink.results;
}

/** The root cause of a job that fails. */
async function rootOf(job: Promise<unknown>): Promise<string> {
  try {
    await job;
  } catch (error) {
    return String((error as Error).cause);
  }
  throw new Error('The job did not fail.');
}

const byShop = (a: Sale, b: Sale) => (a.shop < b.shop ? -1 : a.shop > b.shop ? 1 : 0);

test('rolling operators give in BATCH the last that they give as a stream, once for each key', async (t) => {
  const cluster = await startCluster(t, { slots: 2 });
  const operators: Record<string, (sales: DataStream<Sale>) => DataStream<Sale>> = {
    sum: (sales) => sales.keyBy('shop').sum('price'),
    max: (sales) => sales.keyBy('shop').max('price'),
    minBy: (sales) => sales.keyBy('shop').minBy('price'),
    maxByLast: (sales) => sales.keyBy('shop').maxBy('price', false),
    reduce: (sales) => sales.keyBy('shop').reduce((a, b) => ({ ...b, price: a.price * 2 + b.price })),
    first: (sales) => sales.keyBy(({ shop, price }) => [shop, price % 2 === 0]).sum('price'),
  };
  for (const [name, operator] of Object.entries(operators)) {
    const run = (mode: RuntimeMode) =>
      resultsOf(cluster, (env) => operator(env.setRuntimeMode(mode).fromCollection(SALES)));
    const streamed = await run('STREAMING');
    const key = (sale: Sale) => (name === 'first' ? `${sale.shop} ${sale.at.getTime()}` : sale.shop);
    const finals = [...new Map(streamed.map((sale) => [key(sale), sale])).values()];
    const batch = await run('BATCH');
    t.is(streamed.length, SALES.length);
    t.deepEqual(
      batch.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
      finals.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
      name,
    );
  }
});

test('a keyed process function sees each key’s records in a row, as they came', async (t) => {
  const cluster = await startCluster(t, { slots: 1 });
  const seen = await resultsOf(
    cluster,
    (env) =>
      env
        .setRuntimeMode('BATCH')
        .fromCollection(SALES)
        .keyBy('shop')
        .process((sale, context, out) => out.collect([context.getCurrentKey(), sale.at.getTime()])),
    1,
  );
  t.deepEqual(
    seen,
    SALES.toSorted(byShop).map(({ shop, at }) => [shop, at.getTime()]),
  );
});

test('two keyed inputs meet key by key; one without a key comes before all of them', async (t) => {
  const cluster = await startCluster(t, { slots: 1 });
  const met = await resultsOf(
    cluster,
    (env) => {
      env.setRuntimeMode('BATCH');
      const names = env.fromElements({ id: 2, name: 'two' }, { id: 1, name: 'one' });
      const counts = env.fromElements({ id: 1, n: 10 }, { id: 2, n: 20 }, { id: 1, n: 11 });
      return names
        .keyBy('id')
        .connect(counts.keyBy('id'))
        .process<string>({
          processElement1: ({ name }, context, out) => out.collect(`${context.getCurrentKey()}: ${name}`),
          processElement2: ({ n }, context, out) => out.collect(`${context.getCurrentKey()}: ${n}`),
        });
    },
    1,
  );
  t.deepEqual(
    met.map((line) => line.slice(0, 1)),
    ['1', '1', '1', '2', '2'],
  );
  t.deepEqual(met.toSorted(), ['1: 10', '1: 11', '1: one', '2: 20', '2: two']);
});

test('AUTOMATIC is BATCH exactly if all sources end', async (t) => {
  const cluster = await startCluster(t, { slots: 1, configuration: { 'execution.runtime-mode': 'AUTOMATIC' } });
  const summed = (env: StreamExecutionEnvironment, bounded: boolean) =>
    env
      .addSource({
        bounded,
        *run() {
          yield* [1, 2, 3];
        },
      })
      .keyBy(() => 'all')
      .sum();
  t.deepEqual(await resultsOf(cluster, (env) => summed(env, true), 1), [6]);
  t.deepEqual(await resultsOf(cluster, (env) => summed(env, false), 1), [1, 3, 6]);
});

test('distinct: of whole records, of fields, of what a function returns; in both modes', async (t) => {
  const cluster = await startCluster(t, { slots: 2 });
  const records = [
    { a: 1, b: 'x', c: null },
    { a: 1, b: 'y', c: null },
    { b: 'x', a: 1, c: null },
    { a: 2, b: 'x', c: null },
  ];
  for (const mode of ['BATCH', 'STREAMING'] as const) {
    const of = async (verb: (stream: DataStream<(typeof records)[0]>) => DataStream<(typeof records)[0]>) =>
      (await resultsOf(cluster, (env) => verb(env.setRuntimeMode(mode).fromCollection(records))))
        .map(({ a, b }) => `${a}${b}`)
        .toSorted();
    t.deepEqual(await of((stream) => stream.distinct()), ['1x', '1y', '2x']);
    t.deepEqual(await of((stream) => stream.distinct('a')), ['1x', '2x']);
    t.deepEqual(await of((stream) => stream.distinct('a', 'b')), ['1x', '1y', '2x']);
    t.deepEqual(await of((stream) => stream.distinct(({ b }) => b)), ['1x', '1y']);
  }
});

test('groupBy().first(n), as the records came and in an order of the group', async (t) => {
  const cluster = await startCluster(t, { slots: 2 });
  const expected = (compare: (a: Sale, b: Sale) => number) =>
    ['shop 0', 'shop 1', 'shop 2', 'shop 3', 'shop 4'].map((shop) =>
      SALES.filter((sale) => sale.shop === shop)
        .toSorted(compare)
        .slice(0, 3),
    );
  const grouped = (sales: readonly Sale[]) =>
    ['shop 0', 'shop 1', 'shop 2', 'shop 3', 'shop 4'].map((shop) => sales.filter((sale) => sale.shop === shop));
  const first = await resultsOf(cluster, (env) => env.fromCollection(SALES).groupBy('shop').first(3));
  t.deepEqual(
    grouped(first),
    expected(() => 0),
  );
  const top = await resultsOf(cluster, (env) =>
    env.fromCollection(SALES).groupBy('shop').sortGroup('price', 'DESCENDING').sortGroup('at').first(3),
  );
  t.deepEqual(
    grouped(top),
    expected((a, b) => b.price - a.price || a.at.getTime() - b.at.getTime()),
  );
});

test('sortPartition: one field, then another, up and down', async (t) => {
  const cluster = await startCluster(t, { slots: 1 });
  const sorted = await resultsOf(
    cluster,
    (env) =>
      env
        .fromCollection(SALES)
        .sortPartition('shop', 'DESCENDING')
        .sortPartition(({ price }) => price),
    1,
  );
  t.deepEqual(
    sorted,
    SALES.toSorted((a, b) => byShop(b, a) || a.price - b.price),
  );
});

test('more than the managed memory goes through files', async (t) => {
  const cluster = await startCluster(t, { slots: 1, configuration: { 'taskmanager.memory.managed.size': '1m' } });
  const counts = await resultsOf(
    cluster,
    (env) =>
      env
        .setRuntimeMode('BATCH')
        .fromSequence(1, 60_000)
        .map((n) => ({ key: `key ${(n * 7919) % 1000}`, n, filler: 'x'.repeat(100) }))
        .keyBy('key')
        .sum('n')
        .map(({ key, n }) => ({ key, n })),
    1,
  );
  t.is(counts.length, 1000);
  t.is(
    counts.reduce((sum, { n }) => sum + n, 0),
    (60_000 * 60_001) / 2,
  );
});

test('without managed memory sorting is refused with the plan', async (t) => {
  const cluster = await startCluster(t, { slots: 1, configuration: { 'taskmanager.memory.managed.size': '0' } });
  const root = await rootOf(resultsOf(cluster, (env) => env.fromElements(2, 1).sortPartition((n) => n), 1));
  t.regex(root, /Sorting for Sort Partition .* needs .* of managed memory .* process .* = network/);
});

test('what cannot be a sort key, and what a key function throws, name the operator', async (t) => {
  const cluster = await startCluster(t, { slots: 1 });
  const keyed = (key: (n: number) => number) => resultsOf(cluster, (env) => env.fromElements(1).sortPartition(key), 1);
  const bad = await rootOf(keyed(() => /x/ as unknown as number));
  t.regex(bad, /Sort Partition \(subtask 0\): A record cannot be sorted by a RegExp/);
  const thrown = await rootOf(
    keyed(() => {
      throw new RangeError('no key today');
    }),
  );
  t.regex(thrown, /Sort Partition \(subtask 0\): RangeError: no key today/);
});

test('sources that may not end are refused, with their names', async (t) => {
  const cluster = await startCluster(t);
  const endless = (env: StreamExecutionEnvironment) =>
    env.addSource(function* () {
      yield 1;
    }, 'Endless');
  const run = (describe: (env: StreamExecutionEnvironment) => DataStream<number>) =>
    t.throwsAsync(resultsOf(cluster, describe), { code: 'GRAPH_UNBOUNDED' });
  t.regex(
    (await run((env) => endless(env.setRuntimeMode('BATCH'))))?.message ?? '',
    /BATCH mode.*"Source: Endless".*not known to end/,
  );
  t.regex(
    (await run((env) => endless(env).distinct()))?.message ?? '',
    /"Distinct".*needs all of its input.*"Source: Endless"/,
  );
  await t.throwsAsync(
    resultsOf(cluster, (env) => {
      const loop = env.setRuntimeMode('BATCH').fromElements(1).iterate();
      loop.closeWith(loop.filter(() => false));
      return loop;
    }),
    { code: 'GRAPH_ITERATION' },
  );
});

test('open and close run once, though keys come and go', async (t) => {
  const cluster = await startCluster(t);
  const calls: string[] = [];
  class Watched extends RichMapFunction<number, number> {
    override open(): void {
      calls.push('open');
    }
    map(n: number): number {
      return n;
    }
    override close(): void {
      calls.push('close');
    }
  }
  await resultsOf(
    cluster,
    (env) =>
      env
        .setRuntimeMode('BATCH')
        .fromElements(1, 2, 3)
        .keyBy((n) => n)
        .sum()
        .map(new Watched()),
    1,
  );
  t.deepEqual(calls, ['open', 'close']);
});
