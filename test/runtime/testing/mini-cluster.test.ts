import test, { type ExecutionContext } from 'ava';
import { LongCounter, RestartStrategies, RichMapFunction } from '../../../runtime/api/index.js';
import {
  collectSink,
  element,
  end,
  MiniCluster,
  onInput,
  pause,
  scriptedSource,
  scriptedSources,
  type MiniClusterOptions,
} from '../../../runtime/testing/index.js';

/** A cluster that ends with the test. */
async function startCluster(t: ExecutionContext, options: MiniClusterOptions = {}): Promise<MiniCluster> {
  const cluster = await MiniCluster.start(options);
  t.teardown(() => cluster.close());
  return cluster;
}

test('a job runs on several slots, and the test reads what its sink got', async (t) => {
  const cluster = await startCluster(t, { slots: 3 });
  const sums = collectSink<{ key: number; n: number }>();
  const result = await cluster.run(
    (env) => {
      env
        .fromSequence(1, 300)
        .map((n) => ({ key: n % 5, n }))
        .keyBy('key')
        .sum('n')
        .addSink(sums);
    },
    { jobName: 'sums', parallelism: 3 },
  );
  t.is(result.jobName, 'sums');
  const last = new Map(sums.results.map(({ key, n }) => [key, n]));
  t.is(sums.results.length, 300);
  t.deepEqual(
    [...last.values()].reduce((a, b) => Math.max(a, b)),
    9150,
  );
});

test('records between TaskManagers go over TCP; a second job uses the same cluster', async (t) => {
  const cluster = await startCluster(t, { slots: 1, taskManagers: 2 });
  for (let round = 0; round < 2; round++) {
    const subtasks = collectSink<number>();
    class Where extends RichMapFunction<number, number> {
      map(): number {
        return this.getRuntimeContext().indexOfThisSubtask;
      }
    }
    await cluster.run(
      (env) => {
        env.fromElements(1, 2, 3, 4).rebalance().map(new Where()).addSink(subtasks);
      },
      { parallelism: 2 },
    );
    t.is(subtasks.results.length, 4);
  }
});

test('each slot has functions of its own; accumulators come back', async (t) => {
  const cluster = await startCluster(t, { slots: 2 });
  class Index extends RichMapFunction<number, number> {
    private readonly seen = new LongCounter();
    override open(): void {
      this.getRuntimeContext().addAccumulator('seen', this.seen);
    }
    map(): number {
      this.seen.add(1);
      return this.getRuntimeContext().indexOfThisSubtask;
    }
  }
  const indexes = collectSink<number>();
  const result = await cluster.run(
    (env) => {
      env.fromElements(1, 2, 3, 4).rebalance().map(new Index()).addSink(indexes);
    },
    { parallelism: 2 },
  );
  t.deepEqual(indexes.results.toSorted(), [0, 0, 1, 1]);
  t.is(result.getAccumulatorResult('seen'), 4);
});

test('a script says when each of two inputs emits, waits and ends', async (t) => {
  const cluster = await startCluster(t);
  const [numbers, words] = scriptedSources<number | string>(2, [
    element(1),
    onInput(1, element('a')),
    element(2),
    pause(),
    end(),
    onInput(1, element('b')),
    onInput(1, pause()),
    onInput(1, element('c')),
  ]);
  const seen = collectSink<string>();
  const emitted: unknown[] = [];
  const noting = (value: number | string): number | string => {
    emitted.push(value);
    return value;
  };
  const running = await cluster.submit((env) => {
    env
      .addSource(numbers)
      .map(noting)
      .connect(env.addSource(words).map(noting))
      .map(
        (n) => `number ${n}`,
        (word) => `word ${word}`,
      )
      .addSink(seen);
  });
  await numbers.untilPaused();
  t.is(await running.status(), 'RUNNING');
  t.deepEqual(emitted, [1, 'a', 2]);
  numbers.resume();
  await words.untilPaused();
  t.deepEqual(emitted, [1, 'a', 2, 'b']);
  words.resume();
  await running.result;
  t.deepEqual(emitted, [1, 'a', 2, 'b', 'c']);
  // Which input is read next is the engine's choice.
  t.deepEqual(seen.results.toSorted(), ['number 1', 'number 2', 'word a', 'word b', 'word c']);
});

test('a job that fails says why; one with a restart strategy plays its script again', async (t) => {
  const cluster = await startCluster(t);
  await t.throwsAsync(
    cluster.run((env) => {
      env
        .fromElements(1)
        .map((): number => {
          throw new RangeError('no');
        })
        .addSink(collectSink());
    }),
    { code: 'JOB_FAILED' },
  );
  const source = scriptedSource([element(1), element(2), element(3)]);
  const seen = collectSink<number>();
  let failures = 1;
  await cluster.run((env) => {
    env.setRestartStrategy(RestartStrategies.fixedDelayRestart(2, 0));
    env
      .addSource(source)
      .map((n) => {
        if (n === 2 && failures-- > 0) throw new Error('once');
        return n;
      })
      .addSink(seen);
  });
  t.deepEqual(seen.results, [1, 1, 2, 3]);
});

test('a job is cancelled, also by closing the cluster', async (t) => {
  const cluster = await startCluster(t);
  const source = scriptedSource<number>([element(1), pause()]);
  const running = await cluster.submit((env) => {
    env.addSource(source).addSink(collectSink());
  });
  await source.untilPaused();
  await running.cancel();
  await t.throwsAsync(running.result, { code: 'JOB_CANCELED' });
});

test('a job that cannot run is refused', async (t) => {
  const cluster = await startCluster(t);
  const refused = await t.throwsAsync(cluster.run((env) => void env.fromElements(1)));
  t.regex(String((refused as { code?: unknown }).code), /^GRAPH_/);
  t.throws(() => scriptedSources(1, [onInput(1, end())]), { code: 'API_BAD_ARGUMENT' });
  await t.throwsAsync(MiniCluster.start({ configuration: { 'taskmanager.nonsense': '1' } }), {
    code: 'CONFIG_UNKNOWN_KEY',
  });
});
