import test from 'ava';
import fc from 'fast-check';
import { ManualClock } from '../../../../runtime/common/clock.js';
import type { CheckpointOrder } from '../../../../runtime/common/wire/protocols/checkpoints.js';
import { BarrierAligner, type AlignedCheckpoint } from '../../../../runtime/taskmanager/slot/checkpoint/index.js';

function order(checkpointId: number, aligned = true): CheckpointOrder {
  return { checkpointId, timestampMs: 0, kind: 'checkpoint', aligned, folder: '/c', inlineThresholdBytes: 0 };
}

/** Channels that only remember whether they may be read. */
class Rig {
  readonly clock = new ManualClock(100);
  readonly blocked: boolean[];
  readonly over: boolean[];
  readonly aligned: AlignedCheckpoint[] = [];
  readonly aligner: BarrierAligner;

  /**
   * @param takeAtOnce whether snapshots are taken as soon as they are aligned
   * @param alignedOnly channels whose in-flight data cannot be part of a checkpoint
   */
  constructor(channels: number, takeAtOnce = true, alignedOnly: readonly number[] = []) {
    this.blocked = Array.from({ length: channels }, () => false);
    this.over = Array.from({ length: channels }, () => false);
    this.aligner = new BarrierAligner(
      this.blocked.map((_, n) => ({
        block: () => void (this.blocked[n] = true),
        unblock: () => void (this.blocked[n] = false),
        ended: () => this.over[n],
        overtakable: !alignedOnly.includes(n),
      })),
      this.clock,
      (checkpoint) => {
        this.aligned.push(checkpoint);
        if (takeAtOnce) this.aligner.taken();
      },
    );
  }

  get ids(): number[] {
    return this.aligned.map(({ order: { checkpointId } }) => checkpointId);
  }
}

test('exactly once: a channel whose barrier has come waits for the others', (t) => {
  const rig = new Rig(3);
  t.false(rig.aligner.onBarrier(1, order(1)));
  t.deepEqual(rig.blocked, [false, true, false]);
  rig.clock.advance(30);
  rig.aligner.onBarrier(0, order(1));
  t.deepEqual(rig.ids, []);
  rig.aligner.onBarrier(2, order(1));
  t.deepEqual(rig.ids, [1]);
  t.is(rig.aligned[0].alignmentMs, 30);
  t.is(rig.aligned[0].startDelayMs, 100);
  t.deepEqual(rig.blocked, [false, false, false]);
});

test('at least once: nobody waits, and several may be under way', (t) => {
  const rig = new Rig(2);
  t.true(rig.aligner.onBarrier(0, order(1, false)));
  t.true(rig.aligner.onBarrier(0, order(2, false)));
  t.deepEqual(rig.blocked, [false, false]);
  rig.aligner.onBarrier(1, order(1, false));
  rig.aligner.onBarrier(1, order(2, false));
  t.deepEqual(rig.ids, [1, 2]);
});

test('nothing is read between the last barrier and the snapshot', (t) => {
  const rig = new Rig(2, false);
  rig.aligner.onBarrier(0, order(1, false));
  t.false(rig.aligner.onBarrier(1, order(1, false)));
  t.deepEqual(rig.blocked, [true, true]);
  rig.aligner.taken();
  t.deepEqual(rig.blocked, [false, false]);
});

test('channels that have ended count as aligned, whenever they end', (t) => {
  const rig = new Rig(3);
  rig.over[0] = true;
  rig.aligner.onBarrier(1, order(1));
  t.deepEqual(rig.ids, []);
  rig.over[2] = true;
  rig.aligner.check();
  t.deepEqual(rig.ids, [1]);
});

test('an order of the JobManager waits for the rest of the input', (t) => {
  const rig = new Rig(2);
  rig.over[0] = true;
  rig.aligner.expect(order(1));
  t.deepEqual(rig.ids, []);
  rig.over[1] = true;
  rig.aligner.check();
  t.deepEqual(rig.ids, [1]);
});

test('a checkpoint that was given up lets its channels go; barriers of it that come late are ignored', (t) => {
  const rig = new Rig(2);
  rig.aligner.onBarrier(0, order(1));
  rig.aligner.aborted(1);
  t.deepEqual(rig.blocked, [false, false]);
  t.true(rig.aligner.onBarrier(1, order(1)));
  t.deepEqual(rig.blocked, [false, false]);
  rig.aligner.onBarrier(0, order(2));
  rig.aligner.onBarrier(1, order(2));
  t.deepEqual(rig.ids, [2]);
});

test('a barrier of a later checkpoint gives up the one that its channel has skipped', (t) => {
  const rig = new Rig(2);
  rig.aligner.onBarrier(0, order(1));
  rig.aligner.onBarrier(1, order(2));
  t.deepEqual(rig.blocked, [false, true]);
  rig.aligner.onBarrier(0, order(2));
  t.deepEqual(rig.ids, [2]);
});

test('unaligned: an order is a snapshot at once, and barriers of it that come later mean nothing', (t) => {
  const rig = new Rig(3);
  rig.aligner.expect({ ...order(1), unaligned: true });
  t.deepEqual(rig.ids, [1]);
  t.deepEqual(rig.blocked, [false, false, false]);
  t.true(rig.aligner.onBarrier(1, order(1)));
  t.deepEqual(rig.ids, [1]);
});

test('unaligned: the first barrier is as good as the order', (t) => {
  const rig = new Rig(3);
  rig.aligner.onBarrier(2, { ...order(1), unaligned: true });
  t.deepEqual(rig.ids, [1]);
});

test('unaligned: channels whose in-flight data cannot be kept are waited for', (t) => {
  const rig = new Rig(3, true, [0, 2]);
  rig.aligner.expect({ ...order(1), unaligned: true });
  rig.aligner.onBarrier(0, order(1));
  t.deepEqual(rig.blocked, [true, false, false]);
  t.deepEqual(rig.ids, []);
  rig.over[2] = true;
  rig.aligner.check();
  t.deepEqual(rig.ids, [1]);
});

test('aligned, then unaligned: what has not come is not waited for any longer', (t) => {
  const rig = new Rig(2);
  rig.aligner.onBarrier(0, { ...order(1), mayTurn: true });
  t.deepEqual(rig.ids, []);
  rig.clock.advance(40);
  rig.aligner.expect({ ...order(1), mayTurn: true, unaligned: true });
  t.deepEqual(rig.ids, [1]);
  t.true(rig.aligned[0].order.unaligned);
  t.is(rig.aligned[0].alignmentMs, 40);
});

test('whatever the order over the channels, each checkpoint is cut at the same place of every channel', (t) => {
  const stream = fc.array(fc.constantFrom('record', 'barrier'), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(stream, { minLength: 1, maxLength: 4 }), fc.infiniteStream(fc.nat()), (shapes, picks) => {
      // Every channel carries the same barriers, between other numbers of records.
      const barriers = 3;
      const channels = shapes.map((shape) => {
        const records = shape.filter((it) => it === 'record').length;
        return Array.from({ length: barriers }, () => [...Array<string>(records % 4).fill('record'), 'barrier']).flat();
      });
      const rig = new Rig(channels.length);
      const read = channels.map(() => 0);
      const cutAt: number[][] = [];
      const seen = channels.map(() => 0);
      for (let left = channels.flat().length; left > 0;) {
        const readable = channels.flatMap((items, n) => (!rig.blocked[n] && read[n] < items.length ? [n] : []));
        const n = readable[picks.next().value % readable.length];
        const item = channels[n][read[n]++];
        left--;
        if (item === 'barrier') rig.aligner.onBarrier(n, order(++seen[n]));
        while (cutAt.length < rig.aligned.length) cutAt.push([...read]);
      }
      t.deepEqual(rig.ids, [1, 2, 3]);
      cutAt.forEach((positions, cut) => {
        positions.forEach((position, n) => {
          t.is(channels[n].slice(0, position).filter((it) => it === 'barrier').length, cut + 1);
          t.is(channels[n][position - 1], 'barrier');
        });
      });
    }),
    { numRuns: 200 },
  );
});
