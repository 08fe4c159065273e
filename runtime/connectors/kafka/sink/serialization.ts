/** From the records of a stream to what Kafka keeps. */
import type { SerializationSchema, SinkContext } from '../../../functions/index.js';
import { badOption } from '../client-properties.js';
import type { RecordHeader } from '../records/batch-writer.js';
import { KeyPartitioner, type FlinkKafkaPartitioner } from './partitioners.js';

/** A record for a topic. */
export interface ProducerRecord {
  readonly topic: string;
  /** Undefined: by the hash of the key, else one after the other. */
  readonly partition?: number;
  readonly key: Uint8Array | null;
  /** Null marks the key as deleted, in a compacted topic. */
  readonly value: Uint8Array | null;
  /** Epoch milliseconds. @default the record's event time, else the time at which it is written */
  readonly timestamp?: number | undefined;
  readonly headers?: readonly RecordHeader[];
}

/** What a serializer may ask. */
export interface KafkaSinkContext extends SinkContext {
  readonly subtask: number;
  readonly parallelism: number;
  /** The numbers of the topic's partitions, ascending. */
  partitionsOf(topic: string): readonly number[];
}

/** Makes a record of Kafka's of each record; null = none. Names and meaning are Flink's. */
export interface KafkaRecordSerializationSchema<T> {
  /** The topics it writes to, as far as they are known beforehand: looked at when the job is submitted. */
  readonly topics?: readonly string[];
  /** Before the first record. */
  open?(subtask: number, parallelism: number): void;
  serialize(record: T, context: KafkaSinkContext): ProducerRecord | null;
}

export const KafkaRecordSerializationSchema = {
  builder<T>(): KafkaRecordSerializationSchemaBuilder<T> {
    return new KafkaRecordSerializationSchemaBuilder<T>();
  },
} as const;

const NO_HEADERS: readonly RecordHeader[] = [];

export class KafkaRecordSerializationSchemaBuilder<T> {
  private topic: string | undefined;
  private select: ((record: T) => string) | undefined;
  private key: SerializationSchema<T> | undefined;
  private value: SerializationSchema<T> | undefined;
  private partitioner: FlinkKafkaPartitioner<T> = new KeyPartitioner<T>();
  private headers: ((record: T) => readonly RecordHeader[]) | undefined;

  setTopic(topic: string): this {
    this.topic = topic;
    return this;
  }

  /** For sinks that write to several topics. */
  setTopicSelector(select: (record: T) => string): this {
    this.select = select;
    return this;
  }

  setKeySerializationSchema(schema: SerializationSchema<T>): this {
    this.key = schema;
    return this;
  }

  setValueSerializationSchema(schema: SerializationSchema<T>): this {
    this.value = schema;
    return this;
  }

  /** @default by the hash of the key, without a key one after the other */
  setPartitioner(partitioner: FlinkKafkaPartitioner<T>): this {
    this.partitioner = partitioner;
    return this;
  }

  setHeaderProvider(headers: (record: T) => readonly RecordHeader[]): this {
    this.headers = headers;
    return this;
  }

  /** @throws KAFKA_BAD_OPTION */
  build(): KafkaRecordSerializationSchema<T> {
    const { topic, select, key, value, partitioner, headers } = this;
    if ((topic === undefined) === (select === undefined)) {
      throw badOption('A sink has a topic or a topic selector: setTopic(…) or setTopicSelector(…).', 'topic');
    }
    if (value === undefined) {
      throw badOption('There is no serializer of values: setValueSerializationSchema(…).', 'serializer');
    }
    const topicOf = select ?? ((): string => topic ?? '');
    return {
      ...(topic === undefined ? {} : { topics: [topic] }),
      open: (subtask, parallelism) => partitioner.open?.(subtask, parallelism),
      serialize(record, context) {
        const to = topicOf(record);
        const keyBytes = key === undefined ? null : key.serialize(record);
        const valueBytes = value.serialize(record);
        const partition = partitioner.partition(record, keyBytes, valueBytes, to, context.partitionsOf(to));
        // All fields, also those without a value: what is looked for in vain is found slowly.
        return {
          topic: to,
          partition,
          key: keyBytes,
          value: valueBytes,
          timestamp: undefined,
          headers: headers === undefined ? NO_HEADERS : headers(record),
        };
      },
    };
  }
}
