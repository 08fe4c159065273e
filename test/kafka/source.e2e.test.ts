/** The Kafka source in jobs, against a real broker. */
import * as zlib from 'node:zlib';
import test from 'ava';
import {
  JsonSchema,
  OutputTag,
  RestartStrategies,
  SimpleStringSchema,
  TumblingEventTimeWindows,
  WatermarkStrategy,
} from '../../runtime/api/index.js';
import {
  BadRecords,
  KafkaSource,
  OffsetsInitializer,
  type BadRecord,
  type KafkaSourceBuilder,
} from '../../runtime/connectors/kafka/index.js';
import { collectSink, MiniCluster } from '../../runtime/testing/index.js';
import { until } from '../e2e/kit/until.js';
import { KafkaBroker } from './kit/broker.js';
import { failureOf } from './kit/failure-of.js';
import { Topics } from './kit/topics.js';

let broker: KafkaBroker;
let topics: Topics;
let cluster: MiniCluster;

test.before(async () => {
  broker = await KafkaBroker.start();
  topics = await Topics.of(broker);
  cluster = await MiniCluster.start({ slots: 4 });
});

test.after.always(async () => {
  await cluster?.close();
  await topics?.close();
  await broker?.stop();
});

function sourceOf(topic: string): KafkaSourceBuilder<string> {
  return KafkaSource.builder<string>()
    .setBootstrapServers(broker.bootstrapServers)
    .setTopics(topic)
    .setValueOnlyDeserializer(new SimpleStringSchema());
}

/** All that a bounded source gives. */
async function read(builder: KafkaSourceBuilder<string>, parallelism = 1): Promise<string[]> {
  const source = builder.setBounded(OffsetsInitializer.latest()).build();
  const sink = collectSink<string>();
  await cluster.run((env) => void env.fromSource(source).addSink(sink), { parallelism });
  return sink.results.toSorted();
}

test('all partitions are read to their ends, by one reader and by more than there are partitions', async (t) => {
  const topic = await topics.create(3);
  for (const partition of [0, 1, 2]) await topics.send(topic, [`a${partition}`, `b${partition}`], partition);
  for (const parallelism of [1, 2, 4]) {
    t.deepEqual(await read(sourceOf(topic), parallelism), ['a0', 'a1', 'a2', 'b0', 'b1', 'b2']);
  }
});

test('starts at a timestamp, at given offsets, at the end, and where the group is', async (t) => {
  const topic = await topics.create();
  await topics.send(topic, ['0', '1', '2', '3', '4']);
  t.deepEqual(await read(sourceOf(topic).setStartingOffsets(OffsetsInitializer.timestamp(1003))), ['3', '4']);
  t.deepEqual(await read(sourceOf(topic).setStartingOffsets(OffsetsInitializer.timestamp(9999))), []);
  t.deepEqual(await read(sourceOf(topic).setStartingOffsets(OffsetsInitializer.offsets([[`${topic}-0`, 4]]))), ['4']);
  t.deepEqual(await read(sourceOf(topic).setStartingOffsets(OffsetsInitializer.latest())), []);
  const inGroup = (): KafkaSourceBuilder<string> => sourceOf(topic).setGroupId('readers');
  await topics.admin.setOffsets({ groupId: 'readers', topic, partitions: [{ partition: 0, offset: '3' }] });
  t.deepEqual(await read(inGroup().setStartingOffsets(OffsetsInitializer.committedOffsets())), ['3', '4']);
  const other = sourceOf(topic)
    .setGroupId('nobody')
    .setStartingOffsets(OffsetsInitializer.committedOffsets('EARLIEST'));
  t.is((await read(other)).length, 5);
  const none = sourceOf(topic).setGroupId('nobody').setStartingOffsets(OffsetsInitializer.committedOffsets());
  t.regex(await failureOf(read(none)), new RegExp(`No offset is known of ${topic}-0`));
});

test('a reader of committed records sees neither aborted nor open transactions, one of all records sees both', async (t) => {
  const topic = await topics.create();
  await topics.sendInTransaction(topic, ['committed'], 'commit');
  await topics.sendInTransaction(topic, ['aborted 1', 'aborted 2'], 'abort');
  await topics.send(topic, ['plain']);
  const producer = topics.kafka.producer({ transactionalId: 'open', idempotent: true });
  await producer.connect();
  const transaction = await producer.transaction();
  await transaction.send({ topic, messages: [{ value: 'open' }] });
  const committed = sourceOf(topic).setProperty('isolation.level', 'read_committed');
  t.deepEqual(await read(committed), ['committed', 'plain']);
  t.deepEqual(await read(sourceOf(topic)), ['aborted 1', 'aborted 2', 'committed', 'open', 'plain']);
  await transaction.abort();
  await producer.disconnect();
});

test('records without a value are left out', async (t) => {
  const topic = await topics.create();
  await topics.send(topic, ['a', null, 'b']);
  t.deepEqual(await read(sourceOf(topic)), ['a', 'b']);
});

test('topics that brokers compress are read, each codec as Java writes it', async (t) => {
  const values = Array.from({ length: 3000 }, (_, n) => `record ${n % 7} ${'x'.repeat(n % 50)} ${n}`);
  for (const codec of ['gzip', 'snappy', 'lz4', 'zstd']) {
    const topic = await topics.create(1, { configEntries: [{ name: 'compression.type', value: codec }] });
    await topics.send(topic, values);
    if (codec === 'zstd' && !('zstdDecompressSync' in zlib)) {
      t.regex(await failureOf(read(sourceOf(topic))), /Records in zstd cannot be read here/);
    } else {
      t.deepEqual(await read(sourceOf(topic)), values.toSorted(), codec);
    }
  }
});

test('a record that cannot be read fails the job with its place, or is skipped and counted, or goes to a side output', async (t) => {
  const topic = await topics.create();
  await topics.send(topic, ['{"n":1}', 'no json', '{"n":2}']);
  const jsonSource = (): KafkaSourceBuilder<{ n: number }> =>
    KafkaSource.builder<{ n: number }>()
      .setBootstrapServers(broker.bootstrapServers)
      .setTopics(topic)
      .setValueOnlyDeserializer(new JsonSchema<{ n: number }>())
      .setBounded(OffsetsInitializer.latest());
  const failing = cluster.run((env) => void env.fromSource(jsonSource().build()).print());
  t.regex(
    await failureOf(failing),
    new RegExp(`The record at offset 1 of ${topic}-0 cannot be deserialized: Unexpected`),
  );

  const skipped = collectSink<{ n: number }>();
  const skipping = jsonSource().setBadRecords(BadRecords.skip()).build();
  await cluster.run((env) => void env.fromSource(skipping).addSink(skipped));
  t.deepEqual(skipped.results, [{ n: 1 }, { n: 2 }]);

  const tag = new OutputTag<BadRecord>('bad');
  const [good, bad] = [collectSink<{ n: number }>(), collectSink<BadRecord>()];
  const source = jsonSource().setBadRecords(BadRecords.toSideOutput(tag)).build();
  await cluster.run((env) => {
    const stream = env.fromSource(source);
    stream.addSink(good);
    stream.getSideOutput(tag).addSink(bad);
  });
  t.is(good.results.length, 2);
  t.like(bad.results[0], { topic, partition: 0, offset: 1, timestamp: 1001, key: null });
  t.is(Buffer.from(bad.results[0].value ?? []).toString(), 'no json');
  t.is(bad.results.length, 1);
});

test('topics by pattern; partitions and topics that come later are read from their beginning', async (t) => {
  const first = await topics.create(1, { topic: 'match-1' });
  await topics.create(1, { topic: 'no-match-1' });
  await topics.send(first, ['old']);
  const sink = collectSink<string>();
  const source = KafkaSource.builder<string>()
    .setBootstrapServers(broker.bootstrapServers)
    .setTopicPattern(/match-\d/)
    .setStartingOffsets(OffsetsInitializer.latest())
    .setValueOnlyDeserializer(new SimpleStringSchema())
    .setProperty('partition.discovery.interval.ms', 50)
    .build();
  const job = await cluster.submit((env) => void env.fromSource(source).addSink(sink), { parallelism: 2 });
  await until('the source to begin', async () => {
    await topics.send(first, ['beginning']);
    return sink.results.length > 0;
  });
  await topics.admin.createPartitions({ topicPartitions: [{ topic: first, count: 2 }] });
  await topics.send(first, ['new partition'], 1);
  const second = await topics.create(1, { topic: 'match-2' });
  await topics.send(second, ['new topic']);
  await until('what is new', () => sink.results.includes('new partition') && sink.results.includes('new topic'));
  t.false(sink.results.includes('old'));
  await job.cancel();
});

test('a restarted job goes on from its checkpoint, and the group’s offsets follow', async (t) => {
  const topic = await topics.create(2);
  const numbers = Array.from({ length: 200 }, (_, n) => String(n));
  await topics.send(topic, numbers.slice(0, 100), 0);
  await topics.send(topic, numbers.slice(100), 1);
  const sink = collectSink<string>();
  const state = { failed: false };
  const source = sourceOf(topic).setGroupId('followed').build();
  const job = await cluster.submit(
    (env) => {
      env.enableCheckpointing(20);
      env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, 0));
      env
        .fromSource(source)
        .map((value) => {
          if (value === 'bang' && !state.failed) {
            state.failed = true;
            throw new Error('bang');
          }
          return value;
        })
        .addSink(sink);
    },
    { parallelism: 2 },
  );
  const committed = async (): Promise<number> => {
    const [{ partitions }] = await topics.admin.fetchOffsets({ groupId: 'followed', topics: [topic] });
    return partitions.reduce((sum, { offset }) => sum + Math.max(0, Number(offset)), 0);
  };
  await until('the group to follow', async () => (await committed()) === 200);
  await topics.send(topic, ['bang', 'after']);
  await until('the end', async () => sink.results.includes('after') && (await committed()) === 202);
  t.true(state.failed);
  t.deepEqual(sink.results.toSorted(), [...numbers, 'bang', 'after'].toSorted());
  await job.cancel();
});

test('each partition has its own event time, and one where nothing comes does not hold back the others', async (t) => {
  const topic = await topics.create(3);
  // The first partition is read to its end before the second: by arrival all of the second would be late.
  await topics.send(topic, ['a', 'b', 'c'], 0, 100_000);
  await topics.send(topic, ['d', 'e'], 1, 1000);
  const sink = collectSink<string>();
  const source = sourceOf(topic).build();
  const job = await cluster.submit(
    (env) => {
      env.getConfig().setAutoWatermarkInterval(5);
      const strategy = WatermarkStrategy.forMonotonousTimestamps<string>().withIdleness(50);
      env
        .fromSource(source, strategy)
        .windowAll(TumblingEventTimeWindows.of(10_000))
        .reduce((left, right) => [...(left + right)].toSorted().join(''))
        .addSink(sink);
    },
    { parallelism: 1 },
  );
  await topics.send(topic, ['x'], 1, 200_000);
  await topics.send(topic, ['y'], 0, 200_000);
  await until('both windows', () => sink.results.length === 2);
  t.deepEqual(sink.results, ['de', 'abc']);
  await job.cancel();
});

test('mistakes are told when the source is made, or when it begins', async (t) => {
  const builder = (): KafkaSourceBuilder<string> => KafkaSource.builder<string>().setBootstrapServers('127.0.0.1:1');
  t.throws(() => builder().build(), { message: /Nothing is subscribed/ });
  t.throws(() => builder().setTopics('a').build(), { message: /There is no deserializer/ });
  t.throws(() => sourceOf('a').setTopicPattern(/b/), { message: /subscribed to topic a already/ });
  t.throws(() => sourceOf('a').setProperty('isolation.levle', 'read_committed').build(), {
    message: /isolation.levle is unknown/,
  });
  t.throws(() => sourceOf('a').setProperty('fetch.min.bytes', 'many').build(), {
    message: /whole number from 1, not many/,
  });
  t.throws(() => sourceOf('a').setBootstrapServers('nowhere').build(), { message: /"nowhere", which is no host:port/ });
  const missing = sourceOf('missing').build();
  const failure = await failureOf(cluster.run((env) => void env.fromSource(missing).print()));
  t.regex(failure, /The source of topic missing cannot begin: .*UNKNOWN_TOPIC_OR_PARTITION/);
});

test('a topic that vanishes fails the job with its name', async (t) => {
  const topic = await topics.create();
  await topics.send(topic, ['a']);
  const sink = collectSink<string>();
  const source = sourceOf(topic).setProperty('request.timeout.ms', 1000).build();
  const job = await cluster.submit((env) => void env.fromSource(source).addSink(sink));
  await until('the first record', () => sink.results.length === 1);
  await topics.admin.deleteTopics({ topics: [topic] });
  t.regex(await failureOf(job.result), new RegExp(`${topic}-0 cannot be read from offset 1 on: .*UNKNOWN_TOPIC`));
});

test('reading goes on when the broker comes back', async (t) => {
  const topic = await topics.create();
  await topics.send(topic, ['before']);
  const sink = collectSink<string>();
  const source = sourceOf(topic).build();
  const job = await cluster.submit((env) => void env.fromSource(source).addSink(sink));
  await until('the first record', () => sink.results.length === 1);
  await broker.kill();
  await broker.resume();
  await until('a record after the restart', async () => {
    if (sink.results.length === 1) await topics.send(topic, ['after']).catch(() => undefined);
    return sink.results.includes('after');
  });
  t.is(await job.status(), 'RUNNING');
  await job.cancel();
});
