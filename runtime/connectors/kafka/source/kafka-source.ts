import { systemClock } from '../../../common/clock.js';
import type {
  Boundedness,
  DeserializationSchema,
  Source,
  SourceReaderContext,
  SplitEnumeratorContext,
} from '../../../functions/index.js';
import { badOption, clientOptions, PropertyReader, type KafkaProperties } from '../client-properties.js';
import type { KafkaDriver, TopicPartition } from '../driver/driver.js';
import { connectKafkajs } from '../driver/kafkajs-driver.js';
import { retrying } from '../driver/retrying.js';
import { kafkaFailure } from '../driver/kafka-error.js';
import { BadRecords, KafkaRecordDeserializationSchema, type BadRecordPolicy } from './deserialization.js';
import { KafkaEnumerator, type KafkaEnumeratorState } from './kafka-enumerator.js';
import { KafkaReader } from './kafka-reader.js';
import type { KafkaSplit } from './kafka-split.js';
import { OffsetsInitializer, type OffsetResetStrategy } from './offsets-initializer.js';
import { describeSubscription, partitionsOf, type Subscription } from './subscription.js';

const DISCOVERY_MS = 5 * 60_000;
const PATIENCE_MS = 60_000;
const MISSING_LIMIT_MS = 10_000;
const FETCH_MAX_WAIT_MS = 500;
const FETCH_MAX_BYTES = 50 * 1024 * 1024;
const PARTITION_FETCH_BYTES = 1024 * 1024;

interface Chosen<T> {
  subscription?: Subscription;
  starting: OffsetsInitializer;
  stopping?: OffsetsInitializer;
  boundedness: Boundedness;
  schema?: KafkaRecordDeserializationSchema<T>;
  badRecords: BadRecordPolicy;
  properties: KafkaProperties;
}

/** Reads topics of Kafka, each record once. Made by `KafkaSource.builder()`. Names and meaning are Flink's. */
export class KafkaSource<T> implements Source<T, KafkaSplit, KafkaEnumeratorState> {
  readonly boundedness: Boundedness;
  private readonly settings: SourceSettings;

  /** @throws KAFKA_BAD_OPTION */
  constructor(private readonly chosen: Required<Omit<Chosen<T>, 'stopping'>> & Pick<Chosen<T>, 'stopping'>) {
    this.boundedness = chosen.boundedness;
    this.settings = settingsOf(chosen);
  }

  static builder<T>(): KafkaSourceBuilder<T> {
    return new KafkaSourceBuilder<T>();
  }

  /** Asks the cluster for the topics, so that a wrong name or address is known when the job is submitted. @throws KAFKA_… */
  async validate(): Promise<void> {
    const { subscription } = this.chosen;
    const { connect, patienceMs } = this.settings;
    const what = describeSubscription(subscription);
    let driver: KafkaDriver | undefined;
    try {
      await retrying({ clock: systemClock, limitMs: Math.min(patienceMs, VALIDATION_MS) }, async () => {
        driver ??= await connect();
        await partitionsOf(subscription, driver);
      });
    } catch (error) {
      throw kafkaFailure(`The source of ${what} cannot begin`, error, what);
    } finally {
      await driver?.close();
    }
  }

  createEnumerator(
    context: SplitEnumeratorContext<KafkaSplit>,
    restored: KafkaEnumeratorState | undefined,
  ): KafkaEnumerator {
    const { subscription, starting, stopping, boundedness } = this.chosen;
    const { connect, group, onlyCommitted, discoveryMs, patienceMs } = this.settings;
    const isBounded = boundedness === 'BOUNDED';
    return new KafkaEnumerator(
      context,
      {
        ...{ connect, subscription, group, onlyCommitted, starting, stopping, patienceMs },
        discoveryMs: isBounded || discoveryMs === 0 ? undefined : discoveryMs,
      },
      restored,
    );
  }

  createReader(context: SourceReaderContext): KafkaReader<T> {
    const { schema, badRecords } = this.chosen;
    return new KafkaReader<T>(context, { ...this.settings, schema, badRecords });
  }
}

/** A mistake shall be told soon. */
const VALIDATION_MS = 10_000;

type SourceSettings = ReturnType<typeof settingsOf>;

function settingsOf({ properties, starting }: Pick<Chosen<unknown>, 'properties' | 'starting'>) {
  const reader = new PropertyReader(properties);
  reader.requireKnown();
  const client = clientOptions(reader, 'weft-source');
  const group = reader.text('group.id');
  const isolation = reader.choice('isolation.level', ['read_uncommitted', 'read_committed'], 'read_uncommitted');
  const reset = reader.choice('auto.offset.reset', ['EARLIEST', 'LATEST', 'NONE'], starting.resetStrategy);
  return {
    connect: () => connectKafkajs(client),
    group,
    committingGroup: reader.flag('commit.offsets.on.checkpoint', true) ? group : undefined,
    onlyCommitted: isolation === 'read_committed',
    reset: reset satisfies OffsetResetStrategy,
    checksums: reader.flag('check.crcs', true),
    discoveryMs: reader.number('partition.discovery.interval.ms', DISCOVERY_MS),
    patienceMs: PATIENCE_MS,
    missingLimitMs: Math.min(MISSING_LIMIT_MS, client.requestTimeoutMs),
    limits: {
      maxWaitMs: reader.number('fetch.max.wait.ms', FETCH_MAX_WAIT_MS),
      minBytes: reader.number('fetch.min.bytes', 1, 1),
      maxBytes: reader.number('fetch.max.bytes', FETCH_MAX_BYTES, 1),
      maxPartitionBytes: reader.number('max.partition.fetch.bytes', PARTITION_FETCH_BYTES, 1),
    },
  };
}

export class KafkaSourceBuilder<T> {
  private readonly chosen: Chosen<T> = {
    starting: OffsetsInitializer.earliest(),
    boundedness: 'CONTINUOUS_UNBOUNDED',
    badRecords: BadRecords.fail(),
    properties: {},
  };

  /** `host:port` of some of the cluster's brokers, with commas in between. */
  setBootstrapServers(servers: string): this {
    return this.setProperty('bootstrap.servers', servers);
  }

  /** Whose offsets follow the checkpoints, for those who watch, and from whose a job can start. */
  setGroupId(group: string): this {
    return this.setProperty('group.id', group);
  }

  setClientIdPrefix(prefix: string): this {
    return this.setProperty('client.id', prefix);
  }

  setTopics(...topics: (string | readonly string[])[]): this {
    return this.subscribe({ kind: 'topics', topics: topics.flat() });
  }

  /** Topics whose whole name matches, also those that are made later. */
  setTopicPattern(pattern: RegExp): this {
    return this.subscribe({ kind: 'pattern', pattern });
  }

  setPartitions(partitions: Iterable<TopicPartition>): this {
    return this.subscribe({ kind: 'partitions', partitions: [...partitions] });
  }

  /** Where a job that has no checkpoint begins. @default OffsetsInitializer.earliest() */
  setStartingOffsets(starting: OffsetsInitializer): this {
    this.chosen.starting = starting;
    return this;
  }

  /** The source ends when all partitions have come to these offsets, which are looked up when the job starts. */
  setBounded(stopping: OffsetsInitializer): this {
    this.chosen.boundedness = 'BOUNDED';
    this.chosen.stopping = stopping;
    return this;
  }

  /** As `setBounded`, but the job counts as one without an end. */
  setUnbounded(stopping: OffsetsInitializer): this {
    this.chosen.boundedness = 'CONTINUOUS_UNBOUNDED';
    this.chosen.stopping = stopping;
    return this;
  }

  setDeserializer(schema: KafkaRecordDeserializationSchema<T>): this {
    this.chosen.schema = schema;
    return this;
  }

  /** Only the values of records count. */
  setValueOnlyDeserializer(schema: DeserializationSchema<T>): this {
    return this.setDeserializer(KafkaRecordDeserializationSchema.valueOnly(schema));
  }

  /** What becomes of records that the deserializer throws at. @default BadRecords.fail() */
  setBadRecords(policy: BadRecordPolicy): this {
    this.chosen.badRecords = policy;
    return this;
  }

  setProperty(name: string, value: string | number | boolean): this {
    return this.setProperties({ [name]: value });
  }

  /** Properties of Kafka's consumer. */
  setProperties(properties: KafkaProperties): this {
    this.chosen.properties = { ...this.chosen.properties, ...properties };
    return this;
  }

  /** @throws KAFKA_BAD_OPTION */
  build(): KafkaSource<T> {
    const { subscription, schema } = this.chosen;
    if (subscription === undefined) {
      throw badOption('Nothing is subscribed: setTopics(…), setTopicPattern(…) or setPartitions(…).', 'topics');
    }
    if (schema === undefined) {
      throw badOption('There is no deserializer: setValueOnlyDeserializer(…) or setDeserializer(…).', 'deserializer');
    }
    return new KafkaSource<T>({ ...this.chosen, subscription, schema });
  }

  private subscribe(subscription: Subscription): this {
    if (this.chosen.subscription !== undefined) {
      throw badOption(
        `The source is subscribed to ${describeSubscription(this.chosen.subscription)} already.`,
        'topics',
      );
    }
    const isEmpty =
      (subscription.kind === 'topics' && subscription.topics.length === 0) ||
      (subscription.kind === 'partitions' && subscription.partitions.length === 0);
    if (isEmpty) throw badOption('The list of what to subscribe to is empty.', 'topics');
    this.chosen.subscription = subscription;
    return this;
  }
}
