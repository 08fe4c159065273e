/** Jobs whose sink is slower than their sources, with checkpoints that do not wait for it: restored, every record counts once. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  KeyedProcessFunction,
  RestartStrategies,
  RichSinkFunction,
  ValueStateDescriptor,
  type StreamExecutionEnvironment,
} from '../../../runtime/api/index.js';
import { sleep, systemClock } from '../../../runtime/common/clock.js';
import { MiniCluster, type MiniClusterOptions } from '../../../runtime/testing/index.js';

const KEYS = 8;

interface Counted {
  key: number;
  n: number;
  seen: number;
}

class Counting extends KeyedProcessFunction<number, number, Counted> {
  private seen!: ReturnType<typeof this.stateOf>;

  private stateOf() {
    return this.getRuntimeContext().getState(new ValueStateDescriptor<number>('seen', undefined, 0));
  }

  override open(): void {
    this.seen = this.stateOf();
  }

  override processElement(n: number, context: { getCurrentKey(): number }, out: { collect(it: Counted): void }): void {
    const seen = (this.seen.value() ?? 0) + 1;
    this.seen.update(seen);
    out.collect({ key: context.getCurrentKey(), n, seen });
  }
}

/** The state that checkpoints leave in their folder: of which it is known what was on its way. */
class CheckpointFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'weft-unaligned-'));

  constructor(t: ExecutionContext) {
    t.teardown(() => rmSync(this.path, { recursive: true, force: true }));
  }

  /** The latest that is complete and has records that were on their way. */
  latest(): string | undefined {
    const [job] = readdirSync(this.path);
    const ids = readdirSync(join(this.path, job ?? '')).flatMap((name) => /^chk-(\d+)$/.exec(name)?.[1] ?? []);
    const id = ids
      .map(Number)
      .toSorted((a, b) => a - b)
      .findLast((each) => this.metadata(each).includes('"inFlight"'));
    return id === undefined ? undefined : join(this.path, job, `chk-${id}`);
  }

  /** The metadata of a checkpoint as text; empty when it is gone already. */
  metadata(id: number): string {
    try {
      const [job] = readdirSync(this.path);
      return readFileSync(join(this.path, job, `chk-${id}`, '_metadata'), 'utf8');
    } catch {
      return '';
    }
  }
}

/** Takes a record in a millisecond or more, and fails some times, each time behind a checkpoint with records that were on their way. */
class Slow {
  readonly taken: Counted[] = [];
  /** Bytes on their way that were in the checkpoints behind which it failed. */
  readonly restoredBytes: number[] = [];
  private due = false;

  constructor(
    private readonly folder: CheckpointFolder,
    private failures: number,
  ) {}

  completed(id: number): void {
    const bytes = [...this.folder.metadata(id).matchAll(/"side":"\w+","bytes":(\d+)/g)].map((match) =>
      Number(match[1]),
    );
    const sum = bytes.reduce((a, b) => a + b, 0);
    if (sum < 1000 || this.failures === 0 || this.due) return;
    this.failures--;
    this.restoredBytes.push(sum);
    this.due = true;
  }

  async take(it: Counted): Promise<void> {
    await sleep(systemClock, 1);
    if (this.due) {
      this.due = false;
      throw new Error('as it was to be');
    }
    this.taken.push(it);
  }
}

function slowSink(slow: Slow): RichSinkFunction<Counted> {
  return new (class extends RichSinkFunction<Counted> {
    invoke(it: Counted): Promise<void> {
      return slow.take(it);
    }
    notifyCheckpointComplete(id: number): void {
      slow.completed(id);
    }
  })();
}

function describeJob(env: StreamExecutionEnvironment, count: number, slow: Slow): void {
  env.enableCheckpointing(50);
  env.setRestartStrategy(RestartStrategies.fixedDelayRestart(10, 0));
  env
    .fromSequence(1, count)
    .uid('numbers')
    .rebalance()
    .map((n) => n)
    .uid('map')
    .keyBy((n) => n % KEYS)
    .process(new Counting())
    .uid('counting')
    .addSink(slowSink(slow));
}

/** The last count of each key: neither more nor less than its records. */
function lastCounts(taken: readonly Counted[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { key, seen } of taken) counts.set(key, Math.max(seen, counts.get(key) ?? 0));
  return counts;
}

async function checkOnce(t: ExecutionContext, options: MiniClusterOptions, configuration: Record<string, string>) {
  const folder = new CheckpointFolder(t);
  const cluster = await MiniCluster.start({
    ...options,
    configuration: {
      'execution.checkpointing.unaligned': 'true',
      'execution.checkpointing.dir': folder.path,
      ...configuration,
    },
  });
  t.teardown(() => cluster.close());
  const slow = new Slow(folder, 2);
  const count = 2400;
  await cluster.run((env) => describeJob(env, count, slow), { parallelism: 2 });
  t.is(slow.restoredBytes.length, 2, 'it failed as often as it should');
  t.log(`on their way: ${slow.restoredBytes.join(', ')} bytes`);
  checkCounts(t, slow.taken, count);
}

function checkCounts(t: ExecutionContext, taken: readonly Counted[], count: number): void {
  t.is(new Set(taken.map(({ n }) => n)).size, count);
  for (const [key, seen] of lastCounts(taken)) t.is(seen, count / KEYS, `key ${key}`);
}

test('in one TaskManager, over threads and within one', async (t) => {
  await checkOnce(t, { slots: 2 }, {});
});

test('over TCP', async (t) => {
  await checkOnce(t, { slots: 1, taskManagers: 2 }, {});
});

test('aligned at first, unaligned after the timeout', async (t) => {
  await checkOnce(t, { slots: 1, taskManagers: 2 }, { 'execution.checkpointing.aligned-checkpoint-timeout': '5 ms' });
});

for (const parallelism of [1, 3]) {
  test(`what was on its way goes to its keys when 2 subtasks become ${parallelism}`, async (t) => {
    const folder = new CheckpointFolder(t);
    const configuration = {
      'execution.checkpointing.unaligned': 'true',
      'execution.checkpointing.dir': folder.path,
      'execution.checkpointing.externalized-checkpoint-retention': 'RETAIN_ON_CANCELLATION',
    };
    const slow = new Slow(folder, 0);
    const count = 1200;
    const first = await MiniCluster.start({ slots: 2, configuration });
    t.teardown(() => first.close());
    const job = await first.submit((env) => describeJob(env, count, slow), { parallelism: 2 });
    while (slow.taken.length < 300) await sleep(systemClock, 5);
    await job.cancel();
    await t.throwsAsync(job.result);
    const path = folder.latest();
    t.truthy(path);

    const second = await MiniCluster.start({
      slots: parallelism,
      configuration: { ...configuration, 'execution.state-recovery.path': path ?? '' },
    });
    t.teardown(() => second.close());
    await second.run((env) => describeJob(env, count, slow), { parallelism });
    checkCounts(t, slow.taken, count);
  });
}
