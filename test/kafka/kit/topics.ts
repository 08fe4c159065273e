/** What tests do to topics: by kafkajs' public clients where they suffice, so that it is not Weft that judges Weft. */
import { Kafka, logLevel, type Admin, type ITopicConfig } from 'kafkajs';
import type { KafkaBroker } from './broker.js';

let topics = 0;

export class Topics {
  private constructor(
    readonly kafka: Kafka,
    readonly admin: Admin,
  ) {}

  static async of(broker: KafkaBroker): Promise<Topics> {
    const kafka = new Kafka({ brokers: [broker.bootstrapServers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    return new Topics(kafka, admin);
  }

  /** @returns its name, which no other has */
  async create(partitions = 1, options: Partial<ITopicConfig> = {}): Promise<string> {
    const topic = options.topic ?? `topic-${++topics}`;
    await this.admin.createTopics({
      topics: [{ ...options, topic, numPartitions: partitions, replicationFactor: 1 }],
      waitForLeaders: true,
    });
    return topic;
  }

  async send(topic: string, values: readonly (string | null)[], partition = 0, firstTimestampMs = 1000): Promise<void> {
    const producer = this.kafka.producer();
    await producer.connect();
    const messages = values.map((value, n) => ({ value, partition, timestamp: String(firstTimestampMs + n) }));
    await producer.send({ topic, messages });
    await producer.disconnect();
  }

  async sendInTransaction(
    topic: string,
    values: readonly string[],
    end: 'commit' | 'abort',
    partition = 0,
  ): Promise<void> {
    const producer = this.kafka.producer({
      transactionalId: `test-${++topics}`,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: values.map((value) => ({ value, partition })) });
    await transaction[end]();
    await producer.disconnect();
  }

  async close(): Promise<void> {
    await this.admin.disconnect();
  }
}
