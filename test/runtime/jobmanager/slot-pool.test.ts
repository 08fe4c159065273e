import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { SlotPool, type Slot } from '../../../runtime/jobmanager/slot-pool.js';
import { RecordingProvider, settle } from './support.js';

interface Bench {
  clock: ManualClock;
  provider: RecordingProvider;
  pool: SlotPool;
  granted: Map<string, Slot[]>;
  ask: (jobId: string, count: number) => void;
}

function bench(options: { slotsPerWorker?: number; maxSlots?: number } = {}): Bench {
  const clock = new ManualClock();
  const provider = new RecordingProvider();
  const granted = new Map<string, Slot[]>();
  const pool = new SlotPool({
    clock,
    log: silentLogger(),
    provider,
    slotsPerWorker: options.slotsPerWorker ?? 2,
    maxSlots: options.maxSlots ?? 1000,
    requestTimeoutMs: 60_000,
    idleTimeoutMs: 10_000,
    onReleased: () => undefined,
  });
  const ask = (jobId: string, count: number): void => {
    pool.request({
      jobId,
      jobName: jobId,
      count,
      granted: (slots) => granted.set(jobId, slots),
      timedOut: () => granted.set(jobId, []),
    });
  };
  return { clock, provider, pool, granted, ask };
}

function where(slots: Slot[] | undefined): string[] {
  return (slots ?? []).map(({ resourceId, slot }) => `${resourceId}/${slot}`);
}

test('a job lies together: in the fullest TaskManager that still holds it', async (t) => {
  const { pool, granted, ask } = bench();
  pool.addWorker('big', 4);
  pool.addWorker('small', 2);
  ask('two', 2);
  await settle();
  t.deepEqual(where(granted.get('two')), ['small/0', 'small/1']);
  ask('one', 1);
  await settle();
  t.deepEqual(where(granted.get('one')), ['big/0']);
});

test('a job that fits nowhere whole lies on few TaskManagers', async (t) => {
  const { pool, granted, ask } = bench();
  pool.addWorker('a', 1);
  pool.addWorker('b', 3);
  pool.addWorker('c', 2);
  ask('five', 5);
  await settle();
  t.deepEqual(where(granted.get('five')), ['b/0', 'b/1', 'b/2', 'c/0', 'c/1']);
});

test('nobody overtakes', async (t) => {
  const { pool, granted, ask } = bench();
  pool.addWorker('a', 2);
  ask('first', 3);
  ask('second', 1);
  await settle();
  t.is(granted.size, 0);
  pool.addWorker('b', 2);
  await settle();
  t.deepEqual([...granted.keys()], ['first', 'second']);
});

test('a job that the cluster has no room for does not keep free slots from smaller ones', async (t) => {
  const { pool, granted, ask } = bench();
  pool.addWorker('a', 2);
  ask('big', 9);
  ask('small', 1);
  await settle();
  t.is(granted.size, 0, 'more TaskManagers are on their way');
  pool.setPendingReason('no node has that much free');
  await settle();
  t.deepEqual([...granted.keys()], ['small']);
  t.regex(pool.describeWaiting('big') ?? '', /waiting for 9 slots \(1 of 2 free\).*no node has that much free/);
  const limited = bench({ maxSlots: 2 });
  limited.pool.addWorker('a', 2);
  limited.ask('big', 3);
  limited.ask('small', 2);
  await settle();
  t.deepEqual([...limited.granted.keys()], ['small'], 'nor one that needs more than the cluster may have');
});

test('what is lacking is asked for in whole TaskManagers, within the limit', async (t) => {
  const { pool, provider, ask } = bench({ slotsPerWorker: 2, maxSlots: 6 });
  pool.addWorker('a', 2);
  ask('x', 5);
  await settle();
  t.is(provider.wanted, 3);
  ask('y', 100);
  await settle();
  t.is(provider.wanted, 3);
  pool.withdraw('x');
  pool.withdraw('y');
  await settle();
  t.is(provider.wanted, 1);
});

test('a lost TaskManager that the provider still counts is asked for on top', async (t) => {
  const { pool, provider, ask } = bench();
  pool.addWorker('a', 2);
  pool.addWorker('b', 2);
  ask('x', 4);
  await settle();
  pool.removeWorker('a', true);
  ask('y', 2);
  await settle();
  t.is(provider.wanted, 3, 'b, the ghost of a, and one for y');
  pool.removeWorker('a', false);
  await settle();
  t.is(provider.wanted, 2);
});

test('a ghost that does not come back is given back; one that does is a TaskManager again', async (t) => {
  const { pool, provider } = bench();
  for (const name of ['a', 'b']) {
    pool.addWorker(name, 1);
    pool.removeWorker(name, true);
  }
  pool.addWorker('b', 1);
  pool.releaseGhost('a', 'silent');
  pool.releaseGhost('b', 'silent');
  await settle();
  t.deepEqual(provider.released, ['a']);
  t.is(pool.totalSlots, 1);
});

test('a silent TaskManager whose slots are needed at once is replaced', async (t) => {
  const { pool, provider, ask } = bench();
  pool.addWorker('a', 2);
  pool.addWorker('b', 2);
  ask('x', 4);
  await settle();
  pool.removeWorker('a', true);
  ask('x', 2);
  pool.releaseGhost('a', 'silent');
  await settle();
  t.deepEqual(provider.released, ['a']);
  t.is(provider.wanted, 2);
});

test('a lost TaskManager that the provider does not count brings no more than its replacement', async (t) => {
  const { pool, provider, ask } = bench();
  pool.addWorker('a', 2);
  ask('x', 2);
  await settle();
  pool.removeWorker('a', true);
  ask('x', 2);
  await settle();
  t.is(provider.wanted, 2);
  for (const name of ['b', 'c']) {
    pool.addWorker(name, 2);
    await settle();
    t.is(provider.wanted, 2, 'nothing is lacking');
  }
});

test('slots of a TaskManager that is gone, or that another job holds, cannot be freed', async (t) => {
  const { pool, granted, ask } = bench();
  pool.addWorker('a', 1);
  ask('x', 1);
  await settle();
  const slots = granted.get('x') ?? [];
  pool.free('y', slots);
  t.is(pool.freeSlots, 0);
  pool.removeWorker('a', false);
  pool.addWorker('a', 1);
  pool.free('x', slots);
  t.is(pool.freeSlots, 1);
  t.deepEqual(pool.ownersOf('a'), []);
});

test('idle TaskManagers stay while someone waits', async (t) => {
  const { clock, pool, provider, ask } = bench();
  pool.addWorker('a', 1);
  ask('x', 2);
  await settle();
  clock.advance(20_000);
  pool.releaseIdle();
  t.deepEqual(provider.released, []);
  pool.withdraw('x');
  await settle();
  pool.releaseIdle();
  t.deepEqual(provider.released, ['a']);
});
