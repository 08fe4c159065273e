import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import test from 'ava';
import { createSlotNetwork } from '../../../runtime/exchange/index.js';
import { EDGE, edgeTasks, JOB, network } from './fixture.js';

function start(count: number, big: number) {
  const [from, to] = [
    { resourceId: 'tm', slot: 0 },
    { resourceId: 'tm', slot: 1 },
  ];
  const tm = network('tm');
  const { edges, tasks } = edgeTasks([from], [to]);
  const prepare = (at: typeof from) =>
    tm.prepareSlot({ jobId: JOB, attempt: 0, slot: at.slot, tasks: tasks(at), edges });
  const setup = prepare(from);
  const consumer = createSlotNetwork(prepare(to));
  const worker = new Worker(new URL('ring-worker.js', import.meta.url), { workerData: { setup, count, big } });
  return { tm, consumer, worker, gate: consumer.createGate<{ n: number; text: string }>('c0', EDGE) };
}

test('a ring between two threads loses nothing, keeps order, wraps around, and carries what spans segments', async (t) => {
  const count = 60_000;
  const { consumer, gate, worker, tm } = start(count, 100_000);
  const exited = once(worker, 'exit');
  let next = 0;
  let wrong = 0;
  const handler = {
    onRecord: ({ n, text }: { n: number; text: string }) => {
      if (n !== next || text !== (n % 5000 === 7 ? 'x'.repeat(100_000) : `text ${n % 50}`)) wrong++;
      next++;
    },
  };
  while (!gate.finished) {
    const seen = consumer.doorbell.value;
    if (gate.poll(handler, 1000) === 0 && !gate.finished) await consumer.doorbell.wait(seen);
  }
  t.is(next, count);
  t.is(wrong, 0);
  t.deepEqual(await exited, [0]);
  tm.release(JOB);
  t.is(tm.usage.usedSegments, 0);
});

test('a thread that is terminated while it waits for room leaves nothing locked', async (t) => {
  const { consumer, gate, worker, tm } = start(1e9, 10);
  let taken = 0;
  while (taken < 50_000) {
    const seen = consumer.doorbell.value;
    const count = gate.poll({ onRecord: () => {} }, 1000);
    taken += count;
    if (count === 0) await consumer.doorbell.wait(seen);
  }
  await worker.terminate();
  while (gate.poll({ onRecord: () => {} }, 1000) > 0);
  tm.release(JOB);
  t.is(tm.usage.usedSegments, 0);
  t.pass();
});
