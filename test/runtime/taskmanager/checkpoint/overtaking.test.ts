/** A barrier behind buffers that nobody takes: an unaligned checkpoint does not wait for them, an aligned one turns in time. */
import test from 'ava';
import { ManualClock } from '../../../../runtime/common/clock.js';
import type { CheckpointOrder } from '../../../../runtime/common/wire/protocols/checkpoints.js';
import { BarrierAligner } from '../../../../runtime/taskmanager/slot/checkpoint/index.js';
import { InFlightRig } from '../../exchange/in-flight-rig.js';

const TIMEOUT_MS = 500;

const order: CheckpointOrder = {
  ...{ checkpointId: 1, timestampMs: 0, kind: 'checkpoint', aligned: true, mayTurn: true },
  ...{ folder: '/c', inlineThresholdBytes: 0 },
};

test('the barrier overtakes what is queued, once its time has come', async (t) => {
  const clock = new ManualClock();
  const rig = InFlightRig.local(1, 2);
  const [producer] = rig.producers;
  const [, consumer] = rig.consumers;
  // Until the ring is full, and one more record with its barrier behind it.
  while (producer.writer.available) producer.emit(1, 1000);
  producer.cut(1);
  t.false(producer.writer.available);

  let alignedMs: number | undefined;
  const aligner = new BarrierAligner(
    [{ block: () => undefined, unblock: () => undefined, ended: () => false, overtakable: true }],
    clock,
    () => {
      alignedMs = clock.monotonicMs();
      consumer.snapshot(1);
      aligner.taken();
    },
  );
  clock.after(TIMEOUT_MS, () => {
    producer.takeTails();
    aligner.expect({ ...order, unaligned: true });
  });
  clock.advance(TIMEOUT_MS - 1);
  aligner.check();
  t.is(alignedMs, undefined);
  clock.advance(1);
  t.is(alignedMs, TIMEOUT_MS);
  // Nobody has taken a record, and all that is needed is there.
  t.true(consumer.complete);
  t.true(producer.tails.size > 0);
  t.deepEqual(consumer.before, [[]]);
  rig.consumers[0].snapshot(1);
  t.deepEqual(rig.wrong(), []);
  await rig.close();
});
