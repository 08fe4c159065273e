import test from 'ava';
import {
  DataGeneratorSource,
  JsonSchema,
  RateLimiterStrategy,
  SimpleStringSchema,
  formatCsv,
  type SplitContext,
} from '../../../runtime/functions/index.js';

/** A reader's surroundings whose time passes only when it sleeps. */
function surroundings(parallelism = 1): SplitContext & { nowMs: number } {
  return {
    ...{ subtask: 0, parallelism, isCancelled: false, nowMs: 0 },
    monotonicMs() {
      return this.nowMs;
    },
    sleep(delayMs) {
      this.nowMs += delayMs;
      return Promise.resolve();
    },
  };
}

test('the numbers of a generator are shared out without gaps', (t) => {
  const source = new DataGeneratorSource((n) => `#${n}`, 8);
  const splits = source.splits(3);
  t.deepEqual(splits, [
    { from: 0, to: 2 },
    { from: 3, to: 5 },
    { from: 6, to: 7 },
  ]);
  const records = splits.flatMap((split) => [...(source.read(split, surroundings()) as Iterable<string>)]);
  t.deepEqual(
    records,
    Array.from({ length: 8 }, (_, n) => `#${n}`),
  );
  t.deepEqual(new DataGeneratorSource(() => 1, 1).splits(2)[1], { from: 1, to: 0 });
});

test('a rate is kept over all subtasks', async (t) => {
  const source = new DataGeneratorSource((n) => n, 1000, RateLimiterStrategy.perSecond(400));
  const context = surroundings(2);
  const times: number[] = [];
  for await (const n of source.read({ from: 0, to: 199 }, context)) {
    t.is(n, times.length);
    times.push(context.nowMs);
  }
  t.is(times[0], 0);
  // 200 a second in each of two subtasks.
  t.true(Math.abs((times.at(-1) ?? 0) - 995) <= 10, String(times.at(-1)));
  t.true(times.every((time, n) => n / 0.2 <= time + 5));
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
