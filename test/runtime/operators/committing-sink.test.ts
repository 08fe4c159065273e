import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  DataGeneratorSource,
  RateLimiterStrategy,
  RestartStrategies,
  type Committer,
  type Sink,
  type SinkWriter,
  type SinkWriterContext,
} from '../../../runtime/api/index.js';
import { ManualClock } from '../../../runtime/common/clock.js';
import { MiniCluster, operatorHarness, type HarnessOptions } from '../../../runtime/testing/index.js';
import { until } from '../../e2e/kit/until.js';

/** What lies outside of the job: batches by name, seen only once they are committed. */
class Store {
  readonly batches = new Map<string, readonly number[]>();
  readonly commits: string[] = [];
  /** The next commits that are to be tried again. */
  refusals = 0;
  failures = 0;
  opened = 0;
  closed = 0;

  /** Every record that a reader sees. */
  get records(): number[] {
    return [...this.batches.values()].flat().toSorted((a, b) => a - b);
  }
}

interface Batch {
  name: string;
  records: number[];
}

let writers = 0;

class BatchWriter implements SinkWriter<number, Batch, string> {
  private readonly id = ++writers;
  private batches = 0;
  private records: number[] = [];

  constructor(
    private readonly store: Store,
    private readonly slow: boolean,
  ) {}

  write(record: number): void | Promise<void> {
    this.records.push(record);
    if (this.slow) return Promise.resolve();
  }

  async prepareCommit(): Promise<Batch[]> {
    await Promise.resolve();
    const { records } = this;
    this.records = [];
    return records.length === 0 ? [] : [{ name: `${this.id}-${++this.batches}`, records }];
  }

  snapshotState(): string[] {
    return [`writer with ${this.batches} batches`];
  }

  close(): void {
    this.store.closed++;
  }
}

class BatchSink implements Sink<number, Batch, string> {
  readonly restored: string[][] = [];

  constructor(
    private readonly store: Store,
    private readonly slow = false,
  ) {}

  createWriter(_context: unknown, restored: readonly string[]): BatchWriter {
    this.store.opened++;
    this.restored.push([...restored]);
    return new BatchWriter(this.store, this.slow);
  }

  createCommitter(): Committer<Batch> {
    const { store } = this;
    return {
      commit(batches) {
        if (store.failures > 0) {
          store.failures--;
          throw new Error('the store is away');
        }
        if (store.refusals > 0) {
          store.refusals--;
          return batches;
        }
        for (const { name, records } of batches) {
          store.commits.push(name);
          store.batches.set(name, records);
        }
      },
    };
  }
}

function sinkHarness(sink: BatchSink, options: HarnessOptions = {}): ReturnType<typeof operatorHarness<number, never>> {
  return operatorHarness<number, never>((input) => input.sinkTo(sink), options);
}

for (const slow of [false, true]) {
  test(`without checkpoints everything is committed when the input ends, writer ${slow ? 'with' : 'without'} promises`, async (t) => {
    const store = new Store();
    const harness = await sinkHarness(new BatchSink(store, slow));
    harness.processElements([1, 2, 3]);
    t.deepEqual(store.records, []);
    await harness.close();
    t.deepEqual(store.records, [1, 2, 3]);
    t.is(store.closed, 1);
  });

  test(`a snapshot holds what was written before it, and its completion commits that, ${slow ? 'with' : 'without'} promises`, async (t) => {
    const store = new Store();
    const harness = await sinkHarness(new BatchSink(store, slow));
    harness.processElements([1, 2]);
    const first = await harness.snapshot();
    harness.processElements([3]);
    t.deepEqual(store.records, []);
    await harness.notifyOfCompletedCheckpoint(first);
    t.deepEqual(store.records, [1, 2]);
    await harness.close();
    t.deepEqual(store.records, [1, 2, 3]);
    t.is(store.commits.length, 2);
  });
}

test('what a checkpoint that was given up had is committed with the next one', async (t) => {
  const store = new Store();
  const harness = await sinkHarness(new BatchSink(store));
  harness.processElements([1]);
  await harness.snapshot();
  harness.processElements([2]);
  const second = await harness.snapshot();
  await harness.notifyOfCompletedCheckpoint(second);
  t.deepEqual(store.records, [1, 2]);
  await harness.cancel();
});

test('a failure between checkpoint and commit: the restored sink commits, and each record is there once', async (t) => {
  const store = new Store();
  const harness = await sinkHarness(new BatchSink(store));
  harness.processElements([1, 2]);
  const snapshot = await harness.snapshot();
  harness.processElements([3]);
  await harness.cancel();
  t.deepEqual(store.records, []);

  const sink = new BatchSink(store);
  const again = await sinkHarness(sink, { restore: snapshot });
  t.deepEqual(store.records, [1, 2]);
  t.deepEqual(sink.restored, [['writer with 1 batches']]);
  again.processElements([3, 4]);
  await again.close();
  t.deepEqual(store.records, [1, 2, 3, 4]);
});

test('a failure after the commit: committing again changes nothing', async (t) => {
  const store = new Store();
  const harness = await sinkHarness(new BatchSink(store));
  harness.processElements([1, 2]);
  const snapshot = await harness.snapshot();
  await harness.notifyOfCompletedCheckpoint(snapshot);
  await harness.cancel();
  const again = await sinkHarness(new BatchSink(store), { restore: snapshot });
  await again.close();
  t.deepEqual(store.records, [1, 2]);
  t.is(store.commits.length, 2);
  t.is(new Set(store.commits).size, 1);
});

test('what cannot be committed now is tried again a second later', async (t) => {
  const store = new Store();
  store.refusals = 2;
  const clock = new ManualClock();
  const harness = await sinkHarness(new BatchSink(store), { clock });
  harness.processElements([1]);
  const snapshot = await harness.snapshot();
  const committed = harness.notifyOfCompletedCheckpoint(snapshot);
  for (let round = 0; round < 2; round++) {
    await harness.until(() => store.refusals === 1 - round);
    t.deepEqual(store.records, []);
    harness.setProcessingTime(clock.nowMs() + 1000);
  }
  await committed;
  t.deepEqual(store.records, [1]);
  await harness.close();
});

test('a committer that throws fails the task, with the operator’s name', async (t) => {
  const store = new Store();
  store.failures = 1;
  const harness = await sinkHarness(new BatchSink(store));
  harness.processElements([1]);
  const error = await t.throwsAsync(harness.close(), { message: /the store is away/ });
  t.is((error as unknown as { code: string }).code, 'TASK_USER_FUNCTION_FAILED');
  t.is(store.closed, 1);
});

test('sinkTo() refuses what is no sink', async (t) => {
  await t.throwsAsync(
    operatorHarness<number, never>((input) => input.sinkTo({} as never)),
    { code: 'API_BAD_FUNCTION' },
  );
});

test('a subtask that is cancelled while its writer is being made ends when that has given up', async (t) => {
  const cluster = await MiniCluster.start({ slots: 1 });
  t.teardown(() => cluster.close());
  const writer: { context?: SinkWriterContext; giveUp?: (error: Error) => void } = {};
  const sink: Sink<number> = {
    createWriter: (context) => {
      writer.context = context;
      return new Promise((_, reject) => {
        writer.giveUp = reject;
      });
    },
    createCommitter: () => ({ commit: () => undefined }),
  };
  const job = await cluster.submit((env) => void env.fromElements(1).sinkTo(sink));
  await until('the writer to be asked for', () => writer.giveUp !== undefined);
  t.false(writer.context?.isCancelled());
  const ended = t.throwsAsync(job.result);
  await job.cancel();
  await until('the cancel to arrive', () => writer.context?.isCancelled() === true);
  t.not(await job.status(), 'CANCELED');
  writer.giveUp?.(new Error('gives up'));
  await ended;
  t.is(await job.status(), 'CANCELED');
});

test('a job that fails after a commit, and ends: each record is committed once', async (t) => {
  const store = new Store();
  const folder = await mkdtemp(join(tmpdir(), 'weft-committing-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const configuration = { 'execution.checkpointing.dir': folder };
  const cluster = await MiniCluster.start({ slots: 2, configuration });
  t.teardown(() => cluster.close());
  let failed = false;
  await cluster.run(
    (env) => {
      env.enableCheckpointing(20);
      env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, 0));
      env
        .fromSource(new DataGeneratorSource((n) => n, 600, RateLimiterStrategy.perSecond(1000)), 'numbers')
        .map((n) => {
          if (!failed && n % 300 > 100 && store.commits.length > 1) {
            failed = true;
            throw new Error('once');
          }
          return n;
        })
        .rebalance()
        .sinkTo(new BatchSink(store));
    },
    { jobName: 'committing', parallelism: 2 },
  );
  t.true(failed);
  t.deepEqual(
    store.records,
    Array.from({ length: 600 }, (_, n) => n),
  );
});
