/**
 * Every kind of window and join beside the obvious way of working it out, on random streams with disorder and late records, with
 * snapshots and restores in between.
 */
import test from 'ava';
import fc from 'fast-check';
import {
  EventTimeSessionWindows,
  OutputTag,
  SlidingEventTimeWindows,
  TumblingEventTimeWindows,
  type Collector,
  type DataStream,
  type ProcessWindowContext,
  type TimeWindow,
  type WindowAssigner,
} from '../../../runtime/api/index.js';
import { NaiveGrid, NaiveIntervals, NaiveSessions, type Event, type Fired, type Naive } from './naive-windows.js';
import { PipelineHarness, type Emitted } from './pipeline-harness.js';

type Step =
  | { do: 'element'; k: string; n: number; behindMs: number; aheadMs: number; side: number }
  | { do: 'watermark'; behindMs: number }
  | { do: 'restore'; meanwhile: Extract<Step, { do: 'element' | 'watermark' }>[] };

const element = fc.record({
  do: fc.constant('element' as const),
  k: fc.constantFrom('a', 'b', 'c'),
  n: fc.integer({ min: 0, max: 4 }),
  behindMs: fc.oneof({ weight: 5, arbitrary: fc.nat(12) }, { weight: 1, arbitrary: fc.nat(60) }),
  aheadMs: fc.nat(6),
  side: fc.nat(1),
});
const watermark = fc.record({ do: fc.constant('watermark' as const), behindMs: fc.nat(10) });
/** What the operator still gets before its snapshot is written, and what must not be seen in it. */
const restore = fc.record({
  do: fc.constant('restore' as const),
  meanwhile: fc.array(fc.oneof({ weight: 3, arbitrary: element }, { weight: 1, arbitrary: watermark }), {
    maxLength: 8,
  }),
});
const steps = fc.array(
  fc.oneof({ weight: 12, arbitrary: element }, { weight: 4, arbitrary: watermark }, { weight: 1, arbitrary: restore }),
  { minLength: 1, maxLength: 80 },
);
const RUNS = 120;

type Stream = DataStream<Event>;
type Build = (...streams: Stream[]) => { print(): unknown };
const late = new OutputTag<Event>('late');

/** What a naive window gives, in the words of the operator's function. */
type Result = (fired: Fired) => unknown;

/** Feeds both; whatever one step gives must be the same, apart from the order of keys. */
async function same(
  given: readonly Step[],
  build: Build,
  naive: Naive,
  result: Result,
  normalize: (v: unknown) => unknown = (v) => v,
): Promise<void> {
  let harness = await PipelineHarness.open(1, build, ['late']);
  let timeMs = -20;
  let watermarkMs = -Infinity;
  for (const step of given) {
    const wanted: Emitted[] = [];
    const fire = (fired: readonly Fired[]): void => {
      for (const window of fired) wanted.push({ out: 'main', v: result(window), ts: window.end - 1 });
    };
    if (step.do === 'restore') {
      harness = await harness.restored(disturb(harness, 1, step.meanwhile, timeMs));
    } else if (step.do === 'element') {
      timeMs += step.aheadMs;
      const event = { k: step.k, n: step.n };
      const ts = timeMs - step.behindMs;
      const answer = naive.element({ event, ts, side: step.side });
      fire(answer.fired);
      if (answer.late) wanted.push({ out: 'late', v: event, ts });
      harness.element(event, ts);
    } else if (timeMs - step.behindMs > watermarkMs) {
      watermarkMs = timeMs - step.behindMs;
      fire(naive.watermark(watermarkMs));
      harness.watermark(watermarkMs);
    }
    const found = harness.take();
    const [left, right] = [found, wanted].map((outputs) => inAnyOrder(outputs, normalize));
    if (left !== right) throw new Error(`${JSON.stringify(step)}:\n${left}\ninstead of\n${right}`);
  }
}

function disturb(
  harness: PipelineHarness,
  inputs: number,
  meanwhile: Extract<Step, { do: 'restore' }>['meanwhile'],
  sinceMs: number,
): () => void {
  return () => {
    let timeMs = sinceMs;
    for (const step of meanwhile) {
      if (step.do === 'element') {
        timeMs += step.aheadMs;
        harness.element({ k: step.k, n: step.n }, timeMs - step.behindMs, step.side % inputs);
      } else {
        for (let input = 0; input < inputs; input++) harness.watermark(timeMs + step.behindMs, input);
      }
    }
  };
}

function inAnyOrder(outputs: readonly Emitted[], normalize: (v: unknown) => unknown): string {
  return outputs
    .map(({ out, v, ts }) => JSON.stringify([out, ts, normalize(v)]))
    .sort()
    .join('\n');
}

/** Keys are texts, or these numbers. */
const NUMBERS: Readonly<Record<string, number>> = { a: -1.5, b: 0, c: 2 ** 40 };
const textOf = (k: unknown): string =>
  typeof k === 'string' ? k : (Object.entries(NUMBERS).find(([, number]) => number === k)?.[0] ?? '');

const lists = (
  k: unknown,
  context: ProcessWindowContext<TimeWindow>,
  elements: Iterable<Event>,
  out: Collector<object>,
): void => {
  const { start, end } = context.window();
  out.collect({ k: textOf(k), start, end, ns: [...elements].map(({ n }) => n) });
};
const asList: Result = ({ k, start, end, records }) => ({ k, start, end, ns: records.map(({ event }) => event.n) });

/** Each way to make results of windows, and what it gives in words. */
const FUNCTIONS: Record<string, { apply: (s: Windowed) => { print(): unknown }; result: Result }> = {
  process: { apply: (s) => s.process(lists), result: asList },
  reduce: {
    // Keeps what the first record says, whatever the windows share.
    apply: (s) => s.reduce((a, b) => ({ ...a, n: a.n + b.n })),
    result: ({ records }) => ({ ...records[0].event, n: sumOf(records) }),
  },
  sum: { apply: (s) => s.sum('n'), result: ({ records }) => ({ ...records[0].event, n: sumOf(records) }) },
  max: {
    apply: (s) => s.max('n'),
    result: ({ records }) => ({ ...records[0].event, n: Math.max(...records.map(({ event }) => event.n)) }),
  },
  aggregate: {
    apply: (s) =>
      s.aggregate(
        {
          createAccumulator: () => ({ count: 0, sum: 0 }),
          add: ({ n }, { count, sum }) => ({ count: count + 1, sum: sum + n }),
          getResult: ({ count, sum }) => `${sum} of ${count}`,
          merge: (a, b) => ({ count: a.count + b.count, sum: a.sum + b.sum }),
        },
        (k, context, [text], out: Collector<object>) =>
          out.collect({ k: textOf(k), text, end: context.window().maxTimestamp() + 1 }),
      ),
    result: ({ k, end, records }) => ({ k, text: `${sumOf(records)} of ${records.length}`, end }),
  },
  'aggregate whose accumulators change their form': {
    apply: (s) =>
      s.aggregate({
        createAccumulator: (): Changing => ({ sum: 0 }),
        add: ({ n }, { sum }) => (sum + n > 3 ? { sum: sum + n, text: String(sum + n) } : { sum: sum + n }),
        getResult: ({ sum, text }) => text ?? String(sum),
        merge: (a, b) => ({ sum: a.sum + b.sum }),
      }),
    result: ({ records }) => String(sumOf(records)),
  },
  'aggregate without merge': {
    apply: (s) =>
      s.aggregate({
        createAccumulator: () => [] as string[],
        add: ({ n, k }, list) => [...list, `${k}${n}`],
        getResult: (list) => list.join(),
      }),
    result: ({ records }) => records.map(({ event: { k, n } }) => `${k}${n}`).join(),
  },
};

interface Changing {
  sum: number;
  text?: string;
}

type Windowed = ReturnType<ReturnType<Stream['keyBy']>['window']> & {
  process(fn: typeof lists): { print(): unknown };
  reduce(fn: (a: Event, b: Event) => Event): { print(): unknown };
  sum(field: 'n'): { print(): unknown };
  max(field: 'n'): { print(): unknown };
};

function sumOf(records: Fired['records']): number {
  return records.reduce((sum, { event }) => sum + event.n, 0);
}

function windows(
  stream: Stream,
  assigner: WindowAssigner<unknown, TimeWindow>,
  latenessMs: number,
  numbered = false,
): Windowed {
  return stream
    .keyBy(({ k }) => (numbered ? NUMBERS[k] : k))
    .window(assigner)
    .allowedLateness(latenessMs)
    .sideOutputLateData(late) as unknown as Windowed;
}

const sizes = fc.record({
  size: fc.integer({ min: 1, max: 20 }),
  slide: fc.integer({ min: 1, max: 25 }),
  offset: fc.nat(3),
  numbered: fc.boolean(),
});
const lateness = fc.constantFrom(0, 0, 7);

for (const [name, { apply, result }] of Object.entries(FUNCTIONS)) {
  test(`tumbling windows, ${name}`, async (t) => {
    await fc.assert(
      fc.asyncProperty(steps, sizes, lateness, (given, { size, offset, numbered }, latenessMs) => {
        const shift = offset % size;
        const build: Build = (stream) =>
          apply(windows(stream, TumblingEventTimeWindows.of(size, shift), latenessMs, numbered));
        return same(given, build, new NaiveGrid(size, size, shift, latenessMs), result);
      }),
      { numRuns: RUNS },
    );
    t.pass();
  });

  test(`sliding windows, ${name}`, async (t) => {
    await fc.assert(
      fc.asyncProperty(steps, sizes, lateness, (given, { size, slide, offset, numbered }, latenessMs) => {
        const shift = offset % slide;
        const assigner = SlidingEventTimeWindows.of(size, slide, shift);
        const build: Build = (stream) => apply(windows(stream, assigner, latenessMs, numbered));
        return same(given, build, new NaiveGrid(size, slide, shift, latenessMs), result);
      }),
      { numRuns: RUNS },
    );
    t.pass();
  });
}

test('sessions', async (t) => {
  const unordered = (v: unknown): unknown => ({ ...(v as object), ns: (v as { ns?: number[] }).ns?.toSorted() });
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 15 }), lateness, (given, gap, latenessMs) => {
      const build: Build = (stream) => windows(stream, EventTimeSessionWindows.withGap(gap), latenessMs).process(lists);
      return same(given, build, new NaiveSessions(gap, latenessMs), asList, unordered);
    }),
    { numRuns: RUNS },
  );
  t.pass();
});

/** Both streams of a join have the same watermark. */
async function sameJoin(given: readonly Step[], build: Build, naive: NaiveJoin): Promise<void> {
  let harness = await PipelineHarness.open(2, build, ['late']);
  let timeMs = -20;
  let watermarkMs = -Infinity;
  for (const step of given) {
    let wanted: Emitted[] = [];
    if (step.do === 'restore') {
      harness = await harness.restored(disturb(harness, 2, step.meanwhile, timeMs));
    } else if (step.do === 'element') {
      timeMs += step.aheadMs;
      const event = { k: step.k, n: step.n };
      const ts = timeMs - step.behindMs;
      wanted = naive.element(event, ts, step.side);
      harness.element(event, ts, step.side);
    } else if (timeMs - step.behindMs > watermarkMs) {
      watermarkMs = timeMs - step.behindMs;
      wanted = naive.watermark(watermarkMs);
      harness.watermark(watermarkMs, 0);
      harness.watermark(watermarkMs, 1);
    }
    const [left, right] = [harness.take(), wanted].map((outputs) => inAnyOrder(outputs, (v) => v));
    if (left !== right) throw new Error(`${JSON.stringify(step)}:\n${left}\ninstead of\n${right}`);
  }
}

interface NaiveJoin {
  element(event: Event, ts: number, side: number): Emitted[];
  watermark(watermarkMs: number): Emitted[];
}

function pairsOf({ records, end }: Fired): Emitted[] {
  const [left, right] = [0, 1].map((side) => records.filter((record) => record.side === side));
  return left.flatMap((a) =>
    right.map((b) => ({ out: 'main', v: { k: a.event.k, l: a.event.n, r: b.event.n }, ts: end - 1 })),
  );
}

function windowJoin(naive: Naive): NaiveJoin {
  return {
    element: (event, ts, side) => naive.element({ event, ts, side }).fired.flatMap(pairsOf),
    watermark: (watermarkMs) => naive.watermark(watermarkMs).flatMap(pairsOf),
  };
}

const joinBuild =
  (assigner: WindowAssigner<unknown, TimeWindow>, latenessMs: number): Build =>
  (l, r) =>
    l
      .join(r)
      .where('k')
      .equalTo('k')
      .window(assigner)
      .allowedLateness(latenessMs)
      .apply((a, b) => ({ k: a.k, l: a.n, r: b.n }));

test('window joins: tumbling, sliding, sessions', async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, sizes, lateness, fc.nat(2), async (given, { size, slide }, latenessMs, kind) => {
      if (kind === 0) {
        const naive = windowJoin(new NaiveGrid(size, size, 0, latenessMs));
        await sameJoin(given, joinBuild(TumblingEventTimeWindows.of(size), latenessMs), naive);
      } else if (kind === 1) {
        const naive = windowJoin(new NaiveGrid(size, slide, 0, latenessMs));
        await sameJoin(given, joinBuild(SlidingEventTimeWindows.of(size, slide), latenessMs), naive);
      } else {
        const naive = windowJoin(new NaiveSessions(size, latenessMs));
        await sameJoin(given, joinBuild(EventTimeSessionWindows.withGap(size), latenessMs), naive);
      }
    }),
    { numRuns: 2 * RUNS },
  );
  t.pass();
});

test('interval joins', async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: -12, max: 12 }), fc.nat(15), (given, lower, width) => {
      const upper = lower + width;
      const naive = new NaiveIntervals(lower, upper);
      const build: Build = (l, r) =>
        l
          .keyBy('k')
          .intervalJoin(r.keyBy('k'))
          .between(lower, upper)
          .sideOutputLeftLateData(late)
          .sideOutputRightLateData(late)
          .process((a, b, context, out: Collector<object>) =>
            out.collect({ k: a.k, l: a.n, r: b.n, at: [context.getLeftTimestamp(), context.getRightTimestamp()] }),
          );
      return sameJoin(given, build, {
        element(event, ts, side) {
          const { pairs, late: isLate } = naive.element({ event, ts, side });
          if (isLate) return [{ out: 'late', v: event, ts }];
          return pairs.map(({ left, right }) => ({
            out: 'main',
            v: { k: event.k, l: left.event.n, r: right.event.n, at: [left.ts, right.ts] },
            ts: Math.max(left.ts, right.ts),
          }));
        },
        watermark(watermarkMs) {
          naive.watermark(watermarkMs);
          return [];
        },
      });
    }),
    { numRuns: RUNS },
  );
  t.pass();
});
