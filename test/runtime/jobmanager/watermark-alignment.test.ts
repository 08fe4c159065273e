import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { MAX_WATERMARK } from '../../../runtime/functions/index.js';
import { WatermarkAlignment } from '../../../runtime/jobmanager/sources/watermark-alignment.js';
import { jobGraph, vertex } from './support.js';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

/** Sources a and b belong together, c is alone; each hears every 100 ms, b every 300 ms. */
function aligned(runtimeMode: 'STREAMING' | 'BATCH' = 'STREAMING') {
  const clock = new ManualClock(0);
  const told: string[] = [];
  const graph = jobGraph({ vertices: [A, B, C].map((id, n) => vertex(id, id[0], 2, [n + 1])), edges: [] });
  const groups = [
    { group: 'g', maxDriftMs: 50, updateIntervalMs: 100 },
    { group: 'g', maxDriftMs: 500, updateIntervalMs: 300 },
    { group: 'other', maxDriftMs: 1, updateIntervalMs: 100 },
  ];
  const alignment = new WatermarkAlignment({
    clock,
    jobGraph: {
      ...graph,
      settings: { ...graph.settings, runtimeMode },
      streamNodes: graph.streamNodes.map((node, n) => ({ ...node, alignment: groups[n] })),
    },
    tell: (vertexId, subtask, ms) => void told.push(`${vertexId[0]}${subtask} ${ms === MAX_WATERMARK ? 'any' : ms}`),
  });
  alignment.start();
  const after = (ms: number): string[] => {
    clock.advance(ms);
    return told.splice(0);
  };
  return { alignment, after };
}

test('readers may go the drift ahead of the slowest of their group; each source hears in its own interval', (t) => {
  const { alignment, after } = aligned();
  t.deepEqual(after(100), [], 'nobody is there');
  alignment.reported(A, 0, 1000);
  alignment.reported(A, 1, 1200);
  alignment.reported(B, 0, 800);
  alignment.reported(C, 0, 5);
  t.deepEqual(after(100), ['a0 850', 'a1 850', 'c0 6']);
  t.deepEqual(after(100), ['b0 1300'], 'what has not changed is not told again');
  alignment.reported(B, 0, MAX_WATERMARK);
  t.deepEqual(after(100), ['a0 1050', 'a1 1050']);
  alignment.reported(A, 0, MAX_WATERMARK);
  alignment.reported(A, 1, MAX_WATERMARK);
  t.deepEqual(after(100), ['a0 any', 'a1 any']);
});

test('a reader that begins anew counts when it has said something, and is told again', (t) => {
  const { alignment, after } = aligned();
  alignment.reported(A, 0, 100);
  alignment.reported(A, 1, 300);
  t.deepEqual(after(100), ['a0 150', 'a1 150']);
  alignment.registered(A, 0);
  t.deepEqual(after(100), ['a1 350']);
  alignment.reported(A, 0, 40);
  t.deepEqual(after(100), ['a1 90', 'a0 90']);
  alignment.stop();
  alignment.reported(A, 0, 9000);
  t.deepEqual(after(1000), []);
});

test('in BATCH nothing waits', (t) => {
  const { alignment, after } = aligned('BATCH');
  alignment.reported(A, 0, 100);
  t.deepEqual(after(1000), []);
});
