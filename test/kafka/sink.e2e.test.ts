/** The Kafka sink against a real broker: what readers see, and when, whatever dies. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  DataGeneratorSource,
  RateLimiterStrategy,
  RestartStrategies,
  SimpleStringSchema,
} from '../../runtime/api/index.js';
import { systemClock } from '../../runtime/common/clock.js';
import {
  KafkaRecordSerializationSchema,
  KafkaSink,
  type KafkaSinkBuilder,
} from '../../runtime/connectors/kafka/index.js';
import type { KafkaDriver } from '../../runtime/connectors/kafka/driver/driver.js';
import { MiniCluster, operatorHarness, type HarnessOptions } from '../../runtime/testing/index.js';
import { retrying } from '../../runtime/connectors/kafka/driver/retrying.js';
import { until } from '../e2e/kit/until.js';
import { KafkaBroker } from './kit/broker.js';
import { failureOf } from './kit/failure-of.js';
import { connectDriver, readAll } from './kit/read-all.js';
import { Topics } from './kit/topics.js';

let broker: KafkaBroker;
let topics: Topics;
let driver: KafkaDriver;
let cluster: MiniCluster;
const checkpoints = mkdtempSync(join(tmpdir(), 'weft-kafka-sink-'));

test.before(async () => {
  broker = await KafkaBroker.start({ properties: { 'transaction.max.timeout.ms': '900000' } });
  topics = await Topics.of(broker);
  driver = await connectDriver(broker.bootstrapServers);
  cluster = await MiniCluster.start({ slots: 4, configuration: { 'execution.checkpointing.dir': checkpoints } });
});

test.after.always(async () => {
  await cluster?.close();
  await driver?.close();
  await topics?.close();
  await broker?.stop();
  rmSync(checkpoints, { recursive: true, force: true });
});

function sinkTo(topic: string): KafkaSinkBuilder<string> {
  return KafkaSink.builder<string>()
    .setBootstrapServers(broker.bootstrapServers)
    .setRecordSerializer(
      KafkaRecordSerializationSchema.builder<string>()
        .setTopic(topic)
        .setValueSerializationSchema(new SimpleStringSchema())
        .build(),
    );
}

function exactlyOnce(topic: string): KafkaSinkBuilder<string> {
  return sinkTo(topic).setDeliveryGuarantee('EXACTLY_ONCE').setTransactionalIdPrefix(`id-${topic}`);
}

function harnessOf(
  builder: KafkaSinkBuilder<string>,
  options: HarnessOptions = {},
): ReturnType<typeof operatorHarness<string, never>> {
  return operatorHarness<string, never>((input) => input.sinkTo(builder.build()), { clock: systemClock, ...options });
}

/** Ends whatever the id has open, as another producer with that id does, or the broker when the transaction times out. */
async function fence(transactionalId: string): Promise<void> {
  await retrying({ clock: systemClock, limitMs: 10_000 }, () => driver.initProducer(transactionalId, 60_000));
}

/** Brokers end a transaction in its partitions a moment after they have said that it is committed. */
async function untilSeen(t: ExecutionContext, topic: string, values: readonly string[]): Promise<void> {
  const seen = async (): Promise<boolean> => (await valuesIn(topic)).length >= values.length;
  await until(`${values.length} records`, seen, 10_000).catch(() => undefined);
  t.deepEqual(await valuesIn(topic), values);
}

async function valuesIn(topic: string, isolation: 'committed' | 'all' = 'committed'): Promise<string[]> {
  return (await readAll(driver, topic, isolation)).map(({ value }) => value ?? '').toSorted();
}

test('at least once: a snapshot waits until the broker has all; keys go where Java’s producers put them', async (t) => {
  const topic = await topics.create(3);
  const serializer = KafkaRecordSerializationSchema.builder<string>()
    .setTopic(topic)
    .setKeySerializationSchema(new SimpleStringSchema())
    .setValueSerializationSchema({ serialize: (record) => Buffer.from(`value of ${record}`) })
    .setHeaderProvider((record) => [{ key: 'length', value: Buffer.from(String(record.length)) }])
    .build();
  const sink = sinkTo(topic).setRecordSerializer(serializer).setDeliveryGuarantee('AT_LEAST_ONCE');
  const keys = Array.from({ length: 50 }, (_, n) => `key ${n}`);
  const harness = await harnessOf(sink);
  harness.processElements(keys);
  await harness.snapshot();
  const written = await readAll(driver, topic);
  t.deepEqual(written.map(({ value }) => value).toSorted(), keys.map((key) => `value of ${key}`).toSorted());
  await harness.close();

  const other = await topics.create(3);
  const producer = topics.kafka.producer();
  await producer.connect();
  await producer.send({ topic: other, messages: keys.map((key) => ({ key, value: '' })) });
  await producer.disconnect();
  const partitionsBy = (records: typeof written): (string | number | undefined)[][] =>
    records.map(({ key, partition }) => [key, partition]).toSorted();
  t.deepEqual(partitionsBy(written), partitionsBy(await readAll(driver, other)));
});

test('exactly once: readers see the records of a checkpoint when it is complete, and nothing of what came after', async (t) => {
  const topic = await topics.create(2);
  const harness = await harnessOf(exactlyOnce(topic));
  harness.processElements(['a', 'b']);
  const first = await harness.snapshot();
  t.deepEqual(await valuesIn(topic), []);
  harness.processElements(['c']);
  await harness.notifyOfCompletedCheckpoint(first);
  await untilSeen(t, topic, ['a', 'b']);
  const second = await harness.snapshot();
  await harness.notifyOfCompletedCheckpoint(second);
  await untilSeen(t, topic, ['a', 'b', 'c']);
  harness.processElements(['d']);
  await harness.cancel();
  t.deepEqual(await valuesIn(topic), ['a', 'b', 'c']);
  t.deepEqual(await driver.openTransactions(), []);
});

test('died between checkpoint and commit: the next run commits, and takes back what came later', async (t) => {
  const topic = await topics.create();
  const harness = await harnessOf(exactlyOnce(topic));
  harness.processElements(['a', 'b']);
  const snapshot = await harness.snapshot();
  harness.processElements(['lost', 'with the process']);
  // As if by kill -9: nobody says anything to the broker any more.
  await until('a second transaction', async () => (await driver.openTransactions()).length === 2);
  const again = await harnessOf(exactlyOnce(topic), { restore: snapshot });
  await untilSeen(t, topic, ['a', 'b']);
  again.processElements(['c']);
  await again.close();
  await untilSeen(t, topic, ['a', 'b', 'c']);
  t.deepEqual(await driver.openTransactions(), []);
  await t.throwsAsync(harness.close(), { message: /of a complete checkpoint is lost/ });
});

test('committed but not known to be: the id was fenced since, the log says that nothing is lost', async (t) => {
  const topic = await topics.create();
  const harness = await harnessOf(exactlyOnce(topic));
  harness.processElements(['a']);
  const snapshot = await harness.snapshot();
  await harness.notifyOfCompletedCheckpoint(snapshot);
  await fence(`id-${topic}-0-0`);
  const again = await harnessOf(exactlyOnce(topic), { restore: snapshot });
  await again.close();
  await untilSeen(t, topic, ['a']);
  await harness.cancel();
});

test('a transaction that timed out while the job was down fails it with its offsets, or is left out if so chosen', async (t) => {
  const topic = await topics.create();
  const harness = await harnessOf(exactlyOnce(topic));
  harness.processElements(['a', 'b', 'c']);
  const snapshot = await harness.snapshot();
  // The broker fences the id as it does when it ends a transaction by itself.
  await fence(`id-${topic}-0-0`);
  const message = await failureOf(harnessOf(exactlyOnce(topic), { restore: snapshot }));
  t.regex(message, new RegExp(`id-${topic}-0-0 of a complete checkpoint is lost: .*${topic}-0 \\(offsets 0 to 2\\)`));
  const going = await harnessOf(exactlyOnce(topic).setLostTransactions('CONTINUE'), { restore: snapshot });
  going.processElements(['d']);
  await going.close();
  await untilSeen(t, topic, ['d']);
  await harness.cancel();
});

test('a job that fails again and again writes each record once', async (t) => {
  const topic = await topics.create(2);
  let failures = 0;
  const sink = exactlyOnce(topic).build();
  await cluster.run(
    (env) => {
      env.enableCheckpointing(20);
      env.setRestartStrategy(RestartStrategies.fixedDelayRestart(20, 0));
      env
        .fromSource(new DataGeneratorSource((n) => n, 1500, RateLimiterStrategy.perSecond(1500)))
        .map((n) => {
          if (failures < 5 && n % 300 === 299 && n / 300 > failures) {
            failures++;
            throw new Error('once more');
          }
          return String(n);
        })
        .rebalance()
        .sinkTo(sink);
    },
    { parallelism: 2 },
  );
  t.true(failures > 2);
  await untilSeen(t, topic, Array.from({ length: 1500 }, (_, n) => String(n)).toSorted());
});

test('mistakes are told before the job runs, too large records when they come', async (t) => {
  t.throws(() => sinkTo('a').setDeliveryGuarantee('EXACTLY_ONCE').build(), {
    message: /needs setTransactionalIdPrefix/,
  });
  t.throws(() => KafkaRecordSerializationSchema.builder().build(), { message: /setTopic/ });
  t.throws(() => sinkTo('a').setProperty('compression.type', 'lz4').build(), { message: /lz4 cannot be written/ });
  const topic = await topics.create();
  const submit = (builder: KafkaSinkBuilder<string>): Promise<string> => {
    const sink = builder.build();
    return failureOf(cluster.run((env) => void env.fromElements('x').sinkTo(sink)));
  };
  t.regex(
    await submit(exactlyOnce(topic).setProperty('transaction.timeout.ms', 900_001)),
    /transaction.timeout.ms is 900001, and the brokers allow 900000 at most/,
  );
  t.regex(await submit(sinkTo('missing')), /The sink for topic missing cannot begin: .*UNKNOWN_TOPIC/);
  t.regex(
    await submit(sinkTo(topic).setDeliveryGuarantee('AT_LEAST_ONCE').setProperty('max.request.size', 20)),
    new RegExp(`A record for ${topic}-0 has 33 bytes; max.request.size allows 20`),
  );
  const small = await topics.create(1, { configEntries: [{ name: 'max.message.bytes', value: '50' }] });
  t.regex(
    await submit(sinkTo(small).setDeliveryGuarantee('AT_LEAST_ONCE')),
    /cannot be written to .*MESSAGE_TOO_LARGE/,
  );
});

test('writing goes on when the broker comes back', async (t) => {
  const topic = await topics.create();
  const harness = await harnessOf(exactlyOnce(topic));
  harness.processElements(['before']);
  const first = await harness.snapshot();
  await broker.kill();
  harness.processElements(['while it is away']);
  const committing = harness.notifyOfCompletedCheckpoint(first);
  await broker.resume();
  await committing;
  const second = await harness.snapshot();
  await harness.notifyOfCompletedCheckpoint(second);
  await harness.close();
  await untilSeen(t, topic, ['before', 'while it is away']);
});
