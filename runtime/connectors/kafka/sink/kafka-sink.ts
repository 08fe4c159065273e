import { systemClock } from '../../../common/clock.js';
import { WeftError } from '../../../common/errors/index.js';
import type { Sink, SinkWriterContext } from '../../../functions/index.js';
import { badOption, clientOptions, PropertyReader, type KafkaProperties } from '../client-properties.js';
import type { KafkaDriver } from '../driver/driver.js';
import { kafkaFailure } from '../driver/kafka-error.js';
import { connectKafkajs } from '../driver/kafkajs-driver.js';
import { retrying } from '../driver/retrying.js';
import { requireCompressor } from '../records/compression.js';
import type { KafkaCommittable } from './committable.js';
import type { DeliveryGuarantee, LostTransactions } from './delivery.js';
import { KafkaCommitter } from './kafka-committer.js';
import { KafkaWriter, type KafkaWriterState } from './kafka-writer.js';
import { abortLingering } from './lingering-transactions.js';
import type { KafkaRecordSerializationSchema } from './serialization.js';
import { TransactionIds } from './transaction-ids.js';

/** The limit of brokers that nobody has set. */
const TRANSACTION_TIMEOUT_MS = 15 * 60_000;
const PATIENCE_MS = 60_000;
const VALIDATION_MS = 10_000;
const DELIVERY_TIMEOUT_MS = 120_000;
const REQUEST_TIMEOUT_MS = 30_000;
const BATCH_BYTES = 256 * 1024;
const LINGER_MS = 10;
const BUFFER_BYTES = 32 * 1024 * 1024;
const REQUEST_BYTES = 1024 * 1024;
const MAX_IN_FLIGHT = 5;
const BROKER_LIMIT = 'transaction.max.timeout.ms';

interface Chosen<T> {
  schema?: KafkaRecordSerializationSchema<T>;
  guarantee: DeliveryGuarantee;
  prefix?: string;
  lost: LostTransactions;
  properties: KafkaProperties;
}

/** Writes to topics of Kafka. Made by `KafkaSink.builder()`. Names and meaning are Flink's. */
export class KafkaSink<T> implements Sink<T, KafkaCommittable, KafkaWriterState> {
  /** A restored writer must leave alone what any of the others has to commit. */
  readonly writerStates = 'UNION';
  private readonly settings: SinkSettings;

  /** @throws KAFKA_BAD_OPTION, KAFKA_COMPRESSION_UNAVAILABLE */
  constructor(private readonly chosen: Chosen<T> & { readonly schema: KafkaRecordSerializationSchema<T> }) {
    this.settings = settingsOf(chosen);
  }

  static builder<T>(): KafkaSinkBuilder<T> {
    return new KafkaSinkBuilder<T>();
  }

  /** Whether the topics are there, and the brokers allow the timeout of the transactions. @throws KAFKA_… */
  async validate(): Promise<void> {
    const { schema, guarantee } = this.chosen;
    const { connect, transactionTimeoutMs } = this.settings;
    const topics = schema.topics ?? [];
    const subject = topics.join(', ');
    let driver: KafkaDriver | undefined;
    try {
      await retrying({ clock: systemClock, limitMs: VALIDATION_MS }, async () => {
        driver ??= await connect();
        await driver.partitions(topics);
        if (guarantee === 'EXACTLY_ONCE')
          requireTimeout(transactionTimeoutMs, await driver.brokerSetting(BROKER_LIMIT));
      });
    } catch (error) {
      throw kafkaFailure(`The sink for topic ${subject} cannot begin`, error, subject);
    } finally {
      await driver?.close();
    }
  }

  async createWriter(context: SinkWriterContext, restored: readonly KafkaWriterState[]): Promise<KafkaWriter<T>> {
    const { subtask, parallelism } = context;
    const { schema, guarantee, prefix = '' } = this.chosen;
    const { connect, compression, limits, transactionTimeoutMs } = this.settings;
    const clock = systemClock;
    const precommitted = new Set(restored.flatMap((state) => state.precommitted));
    const patienceMs = PATIENCE_MS;
    const isCancelled = (): boolean => context.isCancelled();
    const common = { clock, patienceMs, isCancelled, subtask, parallelism, transactionTimeoutMs };
    let driver: KafkaDriver | undefined;
    try {
      driver = await retrying({ clock, limitMs: patienceMs, isCancelled }, connect);
      if (guarantee === 'EXACTLY_ONCE') await abortLingering({ ...common, driver, prefix, precommitted });
      const ids = new TransactionIds(prefix, subtask, precommitted);
      const writer = new KafkaWriter<T>({ ...common, driver, schema, guarantee, compression, limits, ids });
      await writer.open();
      return writer;
    } catch (error) {
      await driver?.close();
      throw kafkaFailure('The sink cannot begin', error);
    }
  }

  createCommitter(): KafkaCommitter {
    const { connect } = this.settings;
    return new KafkaCommitter({ connect, lost: this.chosen.lost, patienceMs: COMMIT_PATIENCE_MS });
  }
}

/** The committing operator tries again by itself. */
const COMMIT_PATIENCE_MS = 10_000;

/** @throws KAFKA_TRANSACTION_TIMEOUT_TOO_LONG */
function requireTimeout(timeoutMs: number, limit: string | undefined): void {
  if (limit === undefined || timeoutMs <= Number(limit)) return;
  throw new WeftError(
    'KAFKA_TRANSACTION_TIMEOUT_TOO_LONG',
    `transaction.timeout.ms is ${timeoutMs}, and the brokers allow ${limit} at most (${BROKER_LIMIT}).`,
    { subject: 'transaction.timeout.ms' },
  );
}

type SinkSettings = ReturnType<typeof settingsOf>;

function settingsOf({ properties }: Pick<Chosen<unknown>, 'properties'>) {
  const reader = new PropertyReader(properties);
  reader.requireKnown();
  const client = clientOptions(reader, 'weft-sink');
  const compression = reader.choice('compression.type', ['none', 'gzip', 'snappy', 'lz4', 'zstd'], 'none');
  requireCompressor(compression);
  return {
    connect: () => connectKafkajs(client),
    compression,
    transactionTimeoutMs: reader.number('transaction.timeout.ms', TRANSACTION_TIMEOUT_MS, 1),
    limits: {
      batchBytes: reader.number('batch.size', BATCH_BYTES),
      lingerMs: reader.number('linger.ms', LINGER_MS),
      bufferBytes: reader.number('buffer.memory', BUFFER_BYTES, 1),
      maxRequestBytes: reader.number('max.request.size', REQUEST_BYTES, 1),
      maxInFlight: reader.number('max.in.flight.requests.per.connection', MAX_IN_FLIGHT, 1),
      acks: reader.choice('acks', ['all', '-1', '1'], 'all') === '1' ? 1 : -1,
      requestTimeoutMs: reader.number('request.timeout.ms', REQUEST_TIMEOUT_MS, 1),
      deliveryTimeoutMs: reader.number('delivery.timeout.ms', DELIVERY_TIMEOUT_MS, 1),
    },
  };
}

export class KafkaSinkBuilder<T> {
  private readonly chosen: Chosen<T> = { guarantee: 'NONE', lost: 'FAIL', properties: {} };

  /** `host:port` of some of the cluster's brokers, with commas in between. */
  setBootstrapServers(servers: string): this {
    return this.setProperty('bootstrap.servers', servers);
  }

  setRecordSerializer(schema: KafkaRecordSerializationSchema<T>): this {
    this.chosen.schema = schema;
    return this;
  }

  /** @default DeliveryGuarantee.NONE, as in Flink */
  setDeliveryGuarantee(guarantee: DeliveryGuarantee): this {
    this.chosen.guarantee = guarantee;
    return this;
  }

  /** What the ids of the sink's transactions begin with; no other sink of the cluster may have the same. */
  setTransactionalIdPrefix(prefix: string): this {
    this.chosen.prefix = prefix;
    return this;
  }

  /**
   * What happens when a transaction that a complete checkpoint was to commit is lost, because the job was down for longer than
   * the transaction's timeout. FAIL: the job fails with KAFKA_TRANSACTION_LOST, which names partitions and offsets; CONTINUE: it goes
   * on without these records, and says so in the log. @default 'FAIL'
   */
  setLostTransactions(lost: LostTransactions): this {
    this.chosen.lost = lost;
    return this;
  }

  setProperty(name: string, value: string | number | boolean): this {
    return this.setKafkaProducerConfig({ [name]: value });
  }

  /** Properties of Kafka's producer. */
  setKafkaProducerConfig(properties: KafkaProperties): this {
    this.chosen.properties = { ...this.chosen.properties, ...properties };
    return this;
  }

  /** @throws KAFKA_BAD_OPTION, KAFKA_COMPRESSION_UNAVAILABLE */
  build(): KafkaSink<T> {
    const { schema, guarantee, prefix } = this.chosen;
    if (schema === undefined) throw badOption('There is no serializer: setRecordSerializer(…).', 'serializer');
    if (guarantee === 'EXACTLY_ONCE' && (prefix === undefined || prefix === '')) {
      throw badOption(
        'Exactly once needs setTransactionalIdPrefix(…), which no other sink has.',
        'transactionalIdPrefix',
      );
    }
    return new KafkaSink<T>({ ...this.chosen, schema });
  }
}
