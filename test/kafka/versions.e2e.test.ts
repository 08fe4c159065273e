/** Source and sink against the last Kafka before 4, by their short forms. */
import test from 'ava';
import { SimpleStringSchema } from '../../runtime/api/index.js';
import { systemClock } from '../../runtime/common/clock.js';
import {
  FlinkKafkaConsumer,
  FlinkKafkaProducer,
  KafkaSource,
  OffsetsInitializer,
} from '../../runtime/connectors/kafka/index.js';
import { collectSink, MiniCluster, operatorHarness } from '../../runtime/testing/index.js';
import { until } from '../e2e/kit/until.js';
import { KAFKA_3, KafkaBroker } from './kit/broker.js';
import { connectDriver, readAll } from './kit/read-all.js';
import { Topics } from './kit/topics.js';

test('Kafka 3: transactions are resumed, committed records are read, the group is followed', async (t) => {
  const broker = await KafkaBroker.start({ version: KAFKA_3 });
  t.teardown(() => broker.stop());
  const topics = await Topics.of(broker);
  t.teardown(() => topics.close());
  const driver = await connectDriver(broker.bootstrapServers);
  t.teardown(() => driver.close());
  const topic = await topics.create(2);
  const properties = { 'bootstrap.servers': broker.bootstrapServers };

  const producer = (): FlinkKafkaProducer<string> =>
    new FlinkKafkaProducer(topic, new SimpleStringSchema(), properties, 'EXACTLY_ONCE').setTransactionalIdPrefix(
      'three',
    );
  const harness = await operatorHarness<string, never>((input) => input.addSink(producer()), { clock: systemClock });
  harness.processElements(['a', 'b']);
  const snapshot = await harness.snapshot();
  harness.processElements(['lost']);
  await until('a second transaction', async () => (await driver.openTransactions()).length === 2);
  const options = { clock: systemClock, restore: snapshot };
  const again = await operatorHarness<string, never>((input) => input.addSink(producer()), options);
  again.processElements(['c']);
  await again.close();
  await until('all records', async () => (await readAll(driver, topic)).length === 3);
  t.deepEqual(await driver.openTransactions(), []);
  // Each subtask writes to one partition.
  t.deepEqual(
    (await readAll(driver, topic)).map(({ partition, value }) => [partition, value]),
    [0, 0, 0].map((partition, n) => [partition, ['a', 'b', 'c'][n]]),
  );

  const cluster = await MiniCluster.start({ slots: 2 });
  t.teardown(() => cluster.close());
  const [all, rest] = [collectSink<string>(), collectSink<string>()];
  const bounded = KafkaSource.builder<string>()
    .setProperties({ ...properties, 'isolation.level': 'read_committed' })
    .setTopics(topic)
    .setValueOnlyDeserializer(new SimpleStringSchema())
    .setBounded(OffsetsInitializer.latest())
    .build();
  await cluster.run((env) => void env.fromSource(bounded).addSink(all));
  t.deepEqual(all.results, ['a', 'b', 'c']);
  await topics.admin.setOffsets({ groupId: 'g', topic, partitions: [{ partition: 0, offset: '1' }] });
  const consumer = new FlinkKafkaConsumer(topic, new SimpleStringSchema(), {
    ...{ ...properties, 'group.id': 'g', 'isolation.level': 'read_committed' },
  });
  const job = await cluster.submit((env) => void env.addSource(consumer).addSink(rest));
  await until('what the group has not read', () => rest.results.length === 2);
  t.deepEqual(rest.results, ['b', 'c']);
  await job.cancel();
  void harness.cancel().catch(() => undefined);
});
