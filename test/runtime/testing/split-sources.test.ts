/** Split-based sources in whole jobs: an enumerator, several readers, and checkpoints that hold both. */
import test from 'ava';
import {
  DataGeneratorSource,
  RateLimiterStrategy,
  RestartStrategies,
  type InputStatus,
  type ReaderOutput,
  type Source,
  type SourceSplit,
  WatermarkStrategy,
} from '../../../runtime/api/index.js';
import { MiniCluster, collectSink } from '../../../runtime/testing/index.js';

test('a job that fails goes on from its checkpoint: nothing is lost, little is read twice', async (t) => {
  const cluster = await MiniCluster.start({ slots: 2 });
  t.teardown(() => cluster.close());
  const count = 600;
  const seen: number[] = [];
  let failed = false;
  let restartedAt = Infinity;
  await cluster.run(
    (env) => {
      env.enableCheckpointing(20);
      env.setRestartStrategy(RestartStrategies.fixedDelayRestart(1, 0));
      env
        .fromSource(new DataGeneratorSource((n) => n, count, RateLimiterStrategy.perSecond(1000)))
        .map((n) => {
          if (failed) restartedAt = Math.min(restartedAt, n);
          // The second half of the numbers is another reader's, or comes later.
          if (!failed && n === 200) {
            failed = true;
            throw new Error('once');
          }
          return n;
        })
        .addSink((n) => void seen.push(n));
    },
    { parallelism: 2 },
  );
  t.true(failed);
  t.deepEqual(
    [...new Set(seen)].toSorted((a, b) => a - b),
    Array.from({ length: count }, (_, n) => n),
  );
  t.true(restartedAt > 0, 'the source began anew');
  t.true(seen.length < count + 200, `${seen.length} records for ${count}`);
});

test('aligned sources stay together: the fast one waits for the slow one', async (t) => {
  const cluster = await MiniCluster.start({ slots: 1 });
  t.teardown(() => cluster.close());
  const count = 1500;
  const reached = { slow: 0, fast: 0 };
  const ends: string[] = [];
  let furthestAhead = 0;
  await cluster.run((env) => {
    env.getConfig().setAutoWatermarkInterval(5);
    const strategy = WatermarkStrategy.forMonotonousTimestamps<number>()
      .withTimestampAssigner((n) => n)
      .withWatermarkAlignment('together', 100, 10);
    for (const [name, perSecond] of [
      ['slow', 1000],
      ['fast', 30_000],
    ] as const) {
      env
        .fromSource(new DataGeneratorSource((n) => n, count, RateLimiterStrategy.perSecond(perSecond)), strategy)
        .addSink((n) => {
          reached[name] = n;
          furthestAhead = Math.max(furthestAhead, reached.fast - reached.slow);
          if (n === count - 1) ends.push(name);
        });
    }
  });
  // Alone the fast one would be over, 1,450 numbers ahead, before the slow one had come to 60.
  t.true(furthestAhead > 0 && furthestAhead < 1000, `${furthestAhead} ahead`);
  t.deepEqual(ends.toSorted(), ['fast', 'slow']);
});

interface Named extends SourceSplit {
  readonly text: string;
}

/** Its readers say hello to the enumerator, which answers each with a split that holds the greeting. */
function greetings(): Source<string, Named> {
  return {
    boundedness: 'BOUNDED',
    createEnumerator: (context) => ({
      handleSplitRequest: () => undefined,
      addSplitsBack: () => undefined,
      snapshotState: () => undefined,
      handleSourceEvent(subtask, event) {
        context.callAsync(
          () => Promise.resolve(String(event)),
          (text = '') => {
            context.assignSplit(
              { splitId: String(subtask), text: `${text} of ${context.currentParallelism}` },
              subtask,
            );
            context.sendEventToSourceReader(subtask, new Map([['from', 'enumerator']]));
            context.signalNoMoreSplits(subtask);
          },
        );
      },
    }),
    createReader: (context) => {
      const splits: Named[] = [];
      let [over, heard] = [false, ''];
      let wake: () => void = () => undefined;
      return {
        start: () => context.sendSourceEventToEnumerator(`hello from ${context.subtask}`),
        pollNext(output: ReaderOutput<string>): InputStatus {
          const split = splits.shift();
          if (split === undefined) return over ? 'END_OF_INPUT' : 'NOTHING_AVAILABLE';
          output.createOutputForSplit(split.splitId).collect(`${split.text}, ${heard}`);
          return 'MORE_AVAILABLE';
        },
        isAvailable: () => new Promise((resolve) => (wake = resolve)),
        addSplits: (added) => void splits.push(...added),
        handleSourceEvent(event) {
          heard = (event as Map<string, string>).get('from') ?? '';
        },
        notifyNoMoreSplits() {
          over = true;
          wake();
        },
        snapshotState: () => splits,
      };
    },
  };
}

test('readers and their enumerator send each other events', async (t) => {
  const cluster = await MiniCluster.start({ slots: 2 });
  t.teardown(() => cluster.close());
  const sink = collectSink<string>();
  await cluster.run((env) => void env.fromSource(greetings(), 'Greetings').addSink(sink), { parallelism: 2 });
  t.deepEqual([...sink.results].sort(), ['hello from 0 of 2, enumerator', 'hello from 1 of 2, enumerator']);
});

test('a split that cannot be sent fails the job with the source’s name', async (t) => {
  const cluster = await MiniCluster.start();
  t.teardown(() => cluster.close());
  const source: Source<string, Named> = {
    ...greetings(),
    createEnumerator: (context) => ({
      handleSplitRequest: () => undefined,
      addSplitsBack: () => undefined,
      snapshotState: () => undefined,
      addReader: (subtask) => context.assignSplit({ splitId: '0', text: (() => 'x') as unknown as string }, subtask),
    }),
  };
  const failure = await t.throwsAsync(
    cluster.run((env) => void env.fromSource(source, 'Functions').addSink(() => undefined)),
    { code: 'JOB_FAILED' },
  );
  t.like(failure.cause, { code: 'SOURCE_BAD_SPLIT', subject: 'Source: Functions' });
});
