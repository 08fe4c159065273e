/** From the records of a stream to what Kafka keeps. */
import {
  JsonSchema,
  SimpleStringSchema,
  type SerializationSchema,
  type SinkContext,
} from '../../../functions/index.js';
import { badOption } from '../client-properties.js';
import type { Payload, RecordHeader } from '../records/batch-writer.js';
import { KeyPartitioner, looksAtValue, type FlinkKafkaPartitioner } from './partitioners.js';

/** A record for a topic. */
export interface ProducerRecord {
  readonly topic: string;
  /** Undefined: by the hash of the key, else one after the other. */
  readonly partition?: number;
  /** Bytes, or text that is written in UTF-8. */
  readonly key: Payload;
  /** As the key. Null marks the key as deleted, in a compacted topic. */
  readonly value: Payload;
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
    const valueOf = looksAtValue(partitioner) ? bytesBy(value) : payloadBy(value);
    return {
      ...(topic === undefined ? {} : { topics: [topic] }),
      open: (subtask, parallelism) => partitioner.open?.(subtask, parallelism),
      serialize(record, context) {
        const to = topicOf(record);
        const madeKey = key === undefined ? null : key.serialize(record);
        const madeValue = valueOf(record);
        const partition = partitioner.partition(record, madeKey, madeValue as Uint8Array, to, context.partitionsOf(to));
        // All fields, also those without a value: what is looked for in vain is found slowly.
        return {
          topic: to,
          partition,
          key: madeKey,
          value: madeValue,
          timestamp: undefined,
          headers: headers === undefined ? NO_HEADERS : headers(record),
        };
      },
    };
  }
}

function bytesBy<T>(schema: SerializationSchema<T>): (record: T) => Uint8Array {
  return (record) => schema.serialize(record);
}

/** The schemas of the API make text, which goes into a batch without bytes of its own in between. */
function payloadBy<T>(schema: SerializationSchema<T>): (record: T) => Payload {
  // Schemas that extend them may make something else.
  if (schema.serialize === SimpleStringSchema.prototype.serialize) return (record) => record as string;
  if (schema.serialize === JsonSchema.prototype.serialize) return (record) => JSON.stringify(record);
  return bytesBy(schema);
}
