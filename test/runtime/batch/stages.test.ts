import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { OutputTag, RichMapFunction, type StreamExecutionEnvironment } from '../../../runtime/api/index.js';
import { collectSink, MiniCluster, type MiniClusterOptions } from '../../../runtime/testing/index.js';

async function startCluster(t: ExecutionContext, options: MiniClusterOptions): Promise<MiniCluster> {
  const cluster = await MiniCluster.start(options);
  t.teardown(() => cluster.close());
  return cluster;
}

/** Tells when subtasks of it are open. */
class Traced extends RichMapFunction<number, number> {
  constructor(
    private readonly name: string,
    private readonly trace: string[],
  ) {
    super();
  }

  override open(): void {
    this.trace.push(`${this.name} begins`);
  }

  map(n: number): number {
    return n;
  }

  override close(): void {
    this.trace.push(`${this.name} ends`);
  }
}

test('a stage begins when the one before has ended, in fewer slots than a stage has subtasks', async (t) => {
  const cluster = await startCluster(t, { slots: 2 });
  const trace: string[] = [];
  const sums = collectSink<number>();
  await cluster.run(
    (env) => {
      env
        .setRuntimeMode('BATCH')
        .fromSequence(1, 1000)
        .map(new Traced('first', trace))
        .rebalance()
        .map(new Traced('second', trace))
        .keyBy((n) => n % 10)
        .sum()
        .map(new Traced('third', trace))
        .addSink(sums);
    },
    { parallelism: 5 },
  );
  t.is(sums.results.length, 10);
  t.is(
    sums.results.reduce((a, b) => a + b, 0),
    500_500,
  );
  t.deepEqual(
    trace.filter((line) => line.endsWith('begins')),
    ['first', 'second', 'third'].flatMap((stage) => Array.from({ length: 5 }, () => `${stage} begins`)),
  );
  t.true(trace.lastIndexOf('first ends') < trace.indexOf('second begins'));
  t.true(trace.lastIndexOf('second ends') < trace.indexOf('third begins'));
});

const everyPartitioner = (env: StreamExecutionEnvironment) => {
  const numbers = env
    .setRuntimeMode('BATCH')
    .fromSequence(1, 200)
    .map((n) => ({ n, filler: 'é'.repeat(n % 50) }));
  return [
    numbers.rebalance().map(({ n }) => n),
    numbers.rescale().map(({ n }) => n),
    numbers.shuffle().map(({ n }) => n),
    numbers.global().map(({ n }) => n),
    numbers.partitionCustom((key, channels) => key % channels, 'n').map(({ n }) => n),
  ];
};

for (const taskManagers of [1, 2, 3]) {
  test(`every partitioner, side outputs, unions and big records between stages, ${taskManagers} TaskManager(s)`, async (t) => {
    const cluster = await startCluster(t, { slots: 1, taskManagers });
    const all = collectSink<number>();
    const odd = collectSink<string>();
    const big = collectSink<number>();
    await cluster.run(
      (env) => {
        const [first, ...others] = everyPartitioner(env);
        first
          ?.union(...others)
          .rebalance()
          .map((n) => n)
          .addSink(all);
        const tag = new OutputTag<string>('odd');
        env
          .fromSequence(1, 9)
          .process<number>((n, context) => {
            if (n % 2 === 1) context.output(tag, `odd ${n}`);
          })
          .getSideOutput(tag)
          .keyBy((line) => line)
          .reduce((a) => a)
          .addSink(odd);
        env
          .fromElements(100_000, 300_000)
          .map((length) => 'x'.repeat(length))
          .broadcast()
          .map((text) => text.length)
          .addSink(big);
      },
      { parallelism: 3 },
    );
    t.is(all.results.length, 1000);
    t.is(
      all.results.reduce((a, b) => a + b, 0),
      5 * 20_100,
    );
    t.deepEqual(odd.results.toSorted(), ['odd 1', 'odd 3', 'odd 5', 'odd 7', 'odd 9']);
    t.deepEqual(
      big.results.toSorted((a, b) => a - b),
      [100_000, 100_000, 100_000, 300_000, 300_000, 300_000],
    );
  });
}

test('network memory is that of a stage, not of the job: many stages fit into little', async (t) => {
  const configuration = { 'taskmanager.memory.network.min': '1m', 'taskmanager.memory.network.max': '1m' };
  const cluster = await startCluster(t, { slots: 2, configuration });
  const results = collectSink<number>();
  await cluster.run(
    (env) => {
      let numbers = env
        .setRuntimeMode('BATCH')
        .fromSequence(1, 100)
        .map((n) => n);
      for (let stage = 0; stage < 12; stage++) numbers = numbers.rebalance().map((n) => n + 1);
      numbers.addSink(results);
    },
    { parallelism: 3 },
  );
  t.is(
    results.results.reduce((a, b) => a + b, 0),
    5050 + 12 * 100,
  );
});

test('a stage that fails is repeated with those before it, and nothing stays on the disk', async (t) => {
  const before = new Set(readdirSync(tmpdir()));
  const cluster = await MiniCluster.start({
    slots: 2,
    configuration: { 'restart-strategy.type': 'fixed-delay', 'restart-strategy.fixed-delay.delay': '1 ms' },
  });
  const failures = { left: 1 };
  const results = collectSink<number>();
  await cluster.run(
    (env) => {
      env
        .setRuntimeMode('BATCH')
        .fromSequence(1, 100)
        .keyBy((n) => n % 4)
        .sum()
        .rebalance()
        .map((n) => {
          if (failures.left-- > 0) throw new Error('once');
          return n;
        })
        .rebalance()
        .map((n) => n)
        .addSink(results);
    },
    { parallelism: 2 },
  );
  t.is(
    results.results.reduce((a, b) => a + b, 0),
    5050,
  );
  await cluster.close();
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith('weft-local') && !before.has(name));
  t.deepEqual(left, []);
});

test('exchanges that do not block need all slots, and give the same', async (t) => {
  const configuration = { 'execution.batch-shuffle-mode': 'ALL_EXCHANGES_PIPELINED' };
  const cluster = await startCluster(t, { slots: 2, configuration });
  const results = collectSink<number>();
  await cluster.run(
    (env) => {
      env
        .setRuntimeMode('BATCH')
        .fromSequence(1, 100)
        .keyBy((n) => n % 4)
        .sum()
        .addSink(results);
    },
    { parallelism: 2 },
  );
  t.deepEqual(
    results.results.toSorted((a, b) => a - b),
    [1225, 1250, 1275, 1300],
  );
});

test('text files between stages', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-stages-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const cluster = await startCluster(t, { slots: 1 });
  await cluster.run(
    (env) => {
      const lines = env.setRuntimeMode('BATCH').fromElements('b', 'a', 'b');
      lines.sortPartition((line) => line).writeAsText(join(folder, 'sorted'));
    },
    { parallelism: 1 },
  );
  const cold = collectSink<string>();
  await cluster.run((env) => {
    env.setRuntimeMode('AUTOMATIC').readTextFile(join(folder, 'sorted')).distinct().addSink(cold);
  });
  t.deepEqual(cold.results.toSorted(), ['a', 'b']);
});
