import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { ReaderAlignment } from '../../../runtime/connectors/split/reader-alignment.js';
import { MAX_WATERMARK } from '../../../runtime/functions/index.js';

interface Rig {
  alignment: ReaderAlignment;
  clock: ManualClock;
  reached: { watermarkMs: number; idle: boolean };
  splits: Map<string, number>;
  advanced: () => void;
  reports: number[];
  orders: string[];
  resumed: () => number;
}

function rig({ canPause = true, allowUnalignedSplits = false } = {}): Rig {
  const clock = new ManualClock(0);
  const reached = { watermarkMs: 0, idle: false };
  const splits = new Map<string, number>();
  const [reports, orders]: [number[], string[]] = [[], []];
  let resumed = 0;
  let advanced = (): void => undefined;
  const alignment = new ReaderAlignment({
    clock,
    allowUnalignedSplits,
    time: {
      ...{ updateIntervalMs: 100, reached, splitWatermarks: () => splits },
      follow: (onAdvance) => {
        advanced = onAdvance;
      },
    },
    reader: {
      pollNext: () => 'NOTHING_AVAILABLE',
      isAvailable: () => Promise.resolve(),
      addSplits: () => undefined,
      notifyNoMoreSplits: () => undefined,
      snapshotState: () => [],
      ...(canPause
        ? {
            pauseOrResumeSplits: (pause: readonly string[], resume: readonly string[]) =>
              void orders.push(`-${pause.join()} +${resume.join()}`),
          }
        : {}),
    },
    report: (watermarkMs) => void reports.push(watermarkMs),
    resume: () => {
      resumed++;
    },
  });
  alignment.start();
  return { alignment, clock, reached, splits, advanced: () => advanced(), reports, orders, resumed: () => resumed };
}

test('a reader tells how far it has come, in time, and waits while it is further than it may', (t) => {
  const it = rig();
  it.reached.watermarkMs = 500;
  it.clock.advance(100);
  it.reached.idle = true;
  it.clock.advance(100);
  t.deepEqual(it.reports, [500, MAX_WATERMARK]);
  t.false(it.alignment.waits);
  it.alignment.allow(499);
  t.true(it.alignment.waits);
  t.is(it.resumed(), 0);
  it.alignment.allow(500);
  t.false(it.alignment.waits, 'as far as it may is not too far');
  t.is(it.resumed(), 1);
  it.alignment.ended();
  it.clock.advance(1000);
  t.deepEqual(it.reports, [500, MAX_WATERMARK, MAX_WATERMARK]);
});

test('of several splits those wait that are ahead, each until it may go on', (t) => {
  const it = rig();
  it.alignment.allow(1000);
  it.splits.set('a', 900).set('b', 1001);
  it.advanced();
  it.advanced();
  t.deepEqual(it.orders, ['-b +']);
  it.splits.set('a', 1500);
  it.advanced();
  it.alignment.allow(1200);
  t.deepEqual(it.orders, ['-b +', '-a +', '- +b']);
  it.alignment.allow(2000);
  t.is(it.orders.at(-1), '- +a');
});

test('a single split is as far as its reader: it is not paused', (t) => {
  const it = rig();
  it.alignment.allow(10);
  it.splits.set('a', 5000);
  it.advanced();
  t.deepEqual(it.orders, []);
});

test('a reader that cannot pause splits fails, unless it is let', (t) => {
  for (const allowUnalignedSplits of [false, true]) {
    const it = rig({ canPause: false, allowUnalignedSplits });
    it.splits.set('a', 0).set('b', 5000);
    if (allowUnalignedSplits) t.notThrows(() => it.alignment.allow(10));
    else t.throws(() => it.alignment.allow(10), { code: 'SOURCE_CANNOT_PAUSE_SPLITS', message: /b is ahead/ });
  }
});
