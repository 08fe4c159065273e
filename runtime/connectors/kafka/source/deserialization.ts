/** From what Kafka has to the records of a stream. */
import {
  SimpleStringSchema,
  type Collector,
  type DeserializationSchema,
  type OutputTag,
} from '../../../functions/index.js';
import type { RecordHeader } from '../records/batch-writer.js';

/** A record as it lies in a topic. Its bytes are valid only during the call that is given it. */
export interface ConsumerRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  headers(): readonly RecordHeader[];
  /** The value as text in UTF-8, for which no view of its bytes is made. */
  text(): string | null;
}

/** Makes any number of records of a record of Kafka's. What it throws is a bad record. */
export interface KafkaRecordDeserializationSchema<T> {
  deserialize(record: ConsumerRecord, out: Collector<T>): void;
}

const ONLY_TEXT: KafkaRecordDeserializationSchema<string> = {
  deserialize(record, out) {
    const text = record.text();
    if (text !== null) out.collect(text);
  },
};

/** The schema itself, not one that extends it. */
function isPlainText(schema: object): boolean {
  return Object.getPrototypeOf(schema) === SimpleStringSchema.prototype;
}

export const KafkaRecordDeserializationSchema = {
  /** One record of the value; what the schema gives nothing for, and what has no value, is left out. */
  valueOnly<T>(schema: DeserializationSchema<T>): KafkaRecordDeserializationSchema<T> {
    if (isPlainText(schema)) return ONLY_TEXT as KafkaRecordDeserializationSchema<unknown>;
    return {
      deserialize({ value }, out) {
        const record: T | null | undefined = value === null ? null : schema.deserialize(value);
        if (record !== null && record !== undefined) out.collect(record);
      },
    };
  },
} as const;

/** A record that could not be read, for a side output. */
export interface BadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  /** What the schema said. */
  readonly error: string;
}

/** What becomes of records that cannot be read. */
export type BadRecordPolicy =
  | { readonly kind: 'fail' }
  | { readonly kind: 'skip' }
  | { readonly kind: 'side-output'; readonly tag: OutputTag<BadRecord> };

export const BadRecords = {
  /** The job fails with an error that names topic, partition and offset. */
  fail: (): BadRecordPolicy => ({ kind: 'fail' }),
  /** They are left out, and counted by the metric numRecordsInErrors. */
  skip: (): BadRecordPolicy => ({ kind: 'skip' }),
  /** They go to this side output of the source, and are counted. */
  toSideOutput: (tag: OutputTag<BadRecord>): BadRecordPolicy => ({ kind: 'side-output', tag }),
} as const;
