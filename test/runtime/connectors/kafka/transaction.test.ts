import { setImmediate } from 'node:timers/promises';
import test from 'ava';
import { ManualClock } from '../../../../runtime/common/clock.js';
import type { KafkaDriver, ProducerIdentity } from '../../../../runtime/connectors/kafka/driver/driver.js';
import { KafkaCode, KafkaError } from '../../../../runtime/connectors/kafka/driver/kafka-error.js';
import { Transaction } from '../../../../runtime/connectors/kafka/sink/transaction.js';

/** Requests for an identity that the test answers one by one. */
class Asked {
  readonly requests: { resolve: (identity: ProducerIdentity) => void; reject: (error: Error) => void }[] = [];
  readonly added: string[] = [];
  readonly clock = new ManualClock();
  readonly transaction: Transaction;

  constructor() {
    const driver: Partial<KafkaDriver> = {
      initProducer: () => new Promise((resolve, reject) => this.requests.push({ resolve, reject })),
      addPartitions: ({ transactionalId }) => {
        this.added.push(transactionalId);
        return Promise.resolve();
      },
    };
    this.transaction = new Transaction({
      ...{ driver: driver as KafkaDriver, clock: this.clock, transactionalId: 'id' },
      ...{ timeoutMs: 60_000, patienceMs: 60_000 },
    });
  }
}

/** Time goes on, and all that was due has happened. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  await setImmediate();
  clock.advance(ms);
  await setImmediate();
}

const PARTITION = { topic: 'topic', partition: 0 };
const BUSY = KafkaError.ofCode(KafkaCode.CONCURRENT_TRANSACTIONS);

test('an identity is asked for until there is one, and partitions are added once', async (t) => {
  const { transaction, requests, added, clock } = new Asked();
  const including = transaction.include([PARTITION]);
  requests[0].reject(BUSY);
  await pass(clock, 10);
  t.is(requests.length, 2);
  t.is(transaction.begun, undefined);
  requests[1].resolve({ producerId: 7, producerEpoch: 3 });
  t.deepEqual(await including, { transactionalId: 'id', producerId: 7, producerEpoch: 3 });
  await transaction.include([PARTITION]);
  t.deepEqual(added, ['id']);
  t.deepEqual(transaction.begun, { transactionalId: 'id', producerId: 7, producerEpoch: 3 });
});

test('one that is cancelled asks for nothing more: whoever came next would lose the id', async (t) => {
  const { transaction, requests, added, clock } = new Asked();
  const including = transaction.include([PARTITION]);
  requests[0].reject(BUSY);
  await setImmediate();
  const cancelled = transaction.cancel();
  await pass(clock, 60_000);
  await cancelled;
  await t.throwsAsync(including, { instanceOf: KafkaError });
  t.is(requests.length, 1);

  const other = new Asked();
  const late = other.transaction.include([PARTITION]);
  let over = false;
  const waiting = other.transaction.cancel().then(() => (over = true));
  await pass(other.clock, 60_000);
  t.false(over);
  other.requests[0].resolve({ producerId: 7, producerEpoch: 3 });
  await waiting;
  await t.throwsAsync(late, { instanceOf: KafkaError });
  t.deepEqual(other.added, []);
  t.deepEqual(added, []);
});
