import test from 'ava';
import {
  DataGeneratorSource,
  IteratingReader,
  JsonSchema,
  RateLimiterStrategy,
  SimpleStringSchema,
  formatCsv,
  splitSource,
  type InputStatus,
  type NumberRange,
  type ReaderOutput,
  type SourceReader,
  type SourceReaderContext,
  type SourceSplit,
  type SplitEnumeratorContext,
} from '../../../runtime/functions/index.js';
import { UserMetrics } from '../../../runtime/operators/index.js';

/** A reader's surroundings whose time passes only when it sleeps. */
class Surroundings implements SourceReaderContext {
  readonly subtask = 0;
  readonly isCancelled = false;
  readonly metricGroup = new UserMetrics(() => undefined).groupOf('source');
  requests = 0;
  nowMs = 0;

  constructor(readonly parallelism = 1) {}

  sendSplitRequest(): void {
    this.requests++;
  }

  sendSourceEventToEnumerator(): void {}

  monotonicMs(): number {
    return this.nowMs;
  }

  sleep(delayMs: number): Promise<void> {
    this.nowMs += delayMs;
    return Promise.resolve();
  }
}

/** Polls until the reader has nothing more, or `stop` says so. */
async function poll<T, S extends SourceSplit>(
  reader: SourceReader<T, S>,
  stop: (records: readonly T[], status: InputStatus) => boolean = () => false,
): Promise<T[]> {
  const records: T[] = [];
  const output: ReaderOutput<T> = {
    collect: (record) => void records.push(record),
    emitWatermark: () => undefined,
    markIdle: () => undefined,
    output: () => undefined,
    createOutputForSplit: () => output,
    releaseOutputForSplit: () => undefined,
  };
  for (;;) {
    const status = reader.pollNext(output);
    if (status === 'END_OF_INPUT' || stop(records, status)) return records;
    if (status === 'NOTHING_AVAILABLE') await reader.isAvailable();
  }
}

function ranges<T>(source: DataGeneratorSource<T>, currentParallelism: number): NumberRange[] {
  const assigned: NumberRange[] = [];
  const context = { currentParallelism, assignSplit: (split: NumberRange) => void assigned.push(split) };
  const enumerator = source.createEnumerator(context as unknown as SplitEnumeratorContext<NumberRange>, undefined);
  for (let n = 0; n < currentParallelism; n++) enumerator.handleSplitRequest(n);
  return assigned;
}

async function read<T>(source: DataGeneratorSource<T>, splits: readonly NumberRange[]): Promise<T[]> {
  const reader = source.createReader(new Surroundings());
  reader.addSplits(splits);
  reader.notifyNoMoreSplits();
  return poll(reader);
}

test('the numbers of a generator are shared out without gaps', async (t) => {
  const source = new DataGeneratorSource((n) => `#${n}`, 8);
  t.is(source.boundedness, 'BOUNDED');
  const splits = ranges(source, 3);
  t.deepEqual(
    splits.map(({ from, to }) => [from, to]),
    [
      [0, 2],
      [3, 5],
      [6, 7],
    ],
  );
  t.deepEqual(
    await read(source, splits),
    Array.from({ length: 8 }, (_, n) => `#${n}`),
  );
  t.deepEqual(ranges(new DataGeneratorSource(() => 1, 1), 2)[1], { splitId: '1', from: 1, to: 0 });
  t.is(new DataGeneratorSource(() => 1, Number.MAX_SAFE_INTEGER).boundedness, 'CONTINUOUS_UNBOUNDED');
});

test('a rate is kept over all subtasks', async (t) => {
  const context = new Surroundings(2);
  const times: number[] = [];
  const source = new DataGeneratorSource(
    (n) => {
      times.push(context.nowMs);
      return n;
    },
    1000,
    RateLimiterStrategy.perSecond(400),
  );
  const reader = source.createReader(context);
  reader.addSplits([{ splitId: '0', from: 0, to: 199 }]);
  reader.notifyNoMoreSplits();
  t.deepEqual(
    await poll(reader),
    Array.from({ length: 200 }, (_, n) => n),
  );
  t.is(times[0], 0);
  // 200 a second in each of two subtasks.
  t.true(Math.abs((times.at(-1) ?? 0) - 995) <= 10, String(times.at(-1)));
  t.true(times.every((time, n) => n / 0.2 <= time + 5));
});

interface Counting extends SourceSplit {
  next: number;
}

test('a generator that keeps its position goes on behind the last record that was taken', async (t) => {
  const records = ['a', 'b', 'c', 'd', 'e'];
  const readers = {
    *sync(split: Counting): Generator<string> {
      while (split.next < records.length) yield records[split.next++];
    },
    async *async(split: Counting): AsyncGenerator<string> {
      while (split.next < records.length) {
        if (split.next % 2 === 0) await Promise.resolve();
        yield records[split.next++];
      }
    },
  };
  for (const generator of Object.values(readers)) {
    for (let taken = 0; taken <= records.length; taken++) {
      const first = new IteratingReader<string, Counting>(new Surroundings(), generator);
      first.addSplits([
        { splitId: 'x', next: 0 },
        { splitId: 'y', next: 4 },
      ]);
      const before = taken === 0 ? [] : await poll(first, (some) => some.length === taken);
      // What was read ahead is not part of it.
      await Promise.resolve();
      const splits = structuredClone(first.snapshotState());
      first.close();
      const second = new IteratingReader<string, Counting>(new Surroundings(), generator);
      second.addSplits(splits);
      second.notifyNoMoreSplits();
      t.deepEqual([...before, ...(await poll(second))], [...records, 'e'], `after ${taken}`);
    }
  }
});

test('a reader asks for a split when it has none, and what the generator throws comes behind its records', async (t) => {
  const context = new Surroundings();
  const reader = new IteratingReader<number, SourceSplit>(context, async function* () {
    yield await Promise.resolve(1);
    throw new Error('read no further');
  });
  reader.start();
  t.is(context.requests, 1);
  reader.addSplits([{ splitId: 'x' }]);
  const records: number[] = [];
  await t.throwsAsync(
    poll(reader, (some) => {
      records.splice(0, records.length, ...some);
      return false;
    }),
    { message: 'read no further' },
  );
  t.deepEqual(records, [1]);
});

test('a source made of its splits lists them once, and goes on with those that were left', async (t) => {
  let lists = 0;
  const source = splitSource({
    splits: (parallelism) => {
      lists++;
      return Promise.resolve([parallelism, 20, 30]);
    },
    read: (n: number) => [n, n + 1],
  });
  const assigned: unknown[] = [];
  const context = {
    currentParallelism: 2,
    assignSplit: ({ value }: { value: number }) => void assigned.push(value),
    signalNoMoreSplits: () => void assigned.push('none'),
  } as unknown as Parameters<typeof source.createEnumerator>[0];
  const first = source.createEnumerator(context, undefined);
  await first.start?.();
  first.handleSplitRequest(0);
  const second = source.createEnumerator(context, first.snapshotState(1));
  await second.start?.();
  for (let n = 0; n < 3; n++) second.handleSplitRequest(n);
  t.deepEqual(assigned, [2, 20, 30, 'none']);
  t.is(lists, 1);
});

test('what cannot be is refused', (t) => {
  t.throws(() => new DataGeneratorSource(() => 1, -1), { instanceOf: RangeError });
  t.throws(() => RateLimiterStrategy.perSecond(0), { instanceOf: RangeError });
});

test('schemas read what they write', (t) => {
  const text = new SimpleStringSchema();
  t.is(text.deserialize(text.serialize('ä€')), 'ä€');
  const json = new JsonSchema<{ n: number }>();
  t.deepEqual(json.deserialize(json.serialize({ n: 1 })), { n: 1 });
  t.throws(() => json.deserialize(Buffer.from('{')), { instanceOf: SyntaxError });
});

test('CSV is quoted where it must be', (t) => {
  t.is(formatCsv(['a', 1, null, undefined, true]), 'a,1,,,true');
  t.is(formatCsv({ text: 'a,b', quote: 'say "x"', line: 'a\nb' }), '"a,b","say ""x""","a\nb"');
  t.is(formatCsv(['a,b', 2], ';'), 'a,b;2');
  t.is(formatCsv(7), '7');
  t.is(formatCsv([new Date(0)]), '1970-01-01T00:00:00.000Z');
});
