import test from 'ava';
import { MAX_WATERMARK } from '../../../runtime/functions/index.js';
import { WatermarkValve } from '../../../runtime/time/index.js';

/** A valve over so many inputs, and what it has said. */
function valveOver(count: number): { valve: WatermarkValve; said: (number | string)[] } {
  const said: (number | string)[] = [];
  const valve = new WatermarkValve(count, {
    onWatermark: (watermarkMs) => void said.push(watermarkMs),
    onIdle: (idle) => void said.push(idle ? 'idle' : 'active'),
  });
  return { valve, said };
}

test('the minimum of all inputs counts, never goes back and is not repeated', (t) => {
  const { valve, said } = valveOver(2);
  valve.onWatermark(0, 10);
  t.deepEqual(said, []);
  valve.onWatermark(1, 5);
  valve.onWatermark(1, 4);
  valve.onWatermark(1, 5);
  valve.onWatermark(1, 20);
  t.deepEqual(said, [5, 10]);
});

test('an idle input does not hold the others back, and its watermarks are ignored', (t) => {
  const { valve, said } = valveOver(2);
  valve.onWatermark(0, 10);
  valve.onIdle(1, true);
  valve.onWatermark(1, 100);
  t.deepEqual(said, [10]);
});

test('an input that comes back behind counts once it has caught up', (t) => {
  const { valve, said } = valveOver(2);
  valve.onIdle(1, true);
  valve.onWatermark(0, 50);
  valve.onIdle(1, false);
  valve.onWatermark(1, 20);
  valve.onWatermark(0, 60);
  t.deepEqual(said, [50, 60]);
  valve.onWatermark(1, 60);
  valve.onWatermark(0, 80);
  t.deepEqual(said, [50, 60]);
  valve.onWatermark(1, 70);
  t.deepEqual(said, [50, 60, 70]);
});

test('when the last active one goes idle, what the others had reached is flushed, then the output is idle', (t) => {
  const { valve, said } = valveOver(2);
  valve.onWatermark(0, 50);
  valve.onWatermark(1, 10);
  valve.onIdle(0, true);
  valve.onIdle(1, true);
  valve.onIdle(0, false);
  t.deepEqual(said, [10, 50, 'idle', 'active']);
});

test('an input that was removed counts no more', (t) => {
  const { valve, said } = valveOver(2);
  valve.onWatermark(0, 50);
  valve.onWatermark(1, 10);
  valve.remove(1);
  t.deepEqual(said, [10, 50]);
  const third = valve.addInput();
  valve.onWatermark(third, 55);
  valve.onWatermark(0, MAX_WATERMARK);
  t.deepEqual(said, [10, 50, 55]);
});

test('who holds the watermark back is named, with since when', (t) => {
  let now = 0;
  const valve = new WatermarkValve(2, { onWatermark: () => undefined, onIdle: () => undefined }, () => now);
  now = 5;
  valve.onWatermark(0, 10);
  t.deepEqual(valve.holder(), { input: 1, watermarkMs: valve.watermarkOf(1), sinceMs: 0 });
  now = 9;
  valve.onWatermark(1, 99);
  t.deepEqual(valve.holder(), { input: 0, watermarkMs: 10, sinceMs: 5 });
});
