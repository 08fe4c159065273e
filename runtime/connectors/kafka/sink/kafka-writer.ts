/** Writes the records of a subtask: for exactly once into transactions, of which each checkpoint ends one. */
import { systemClock } from '../../../common/clock.js';
import type { SinkContext, SinkWriter } from '../../../functions/index.js';
import { badOption } from '../client-properties.js';
import { nameOf } from '../driver/driver.js';
import { retrying } from '../driver/retrying.js';
import type { Payload } from '../records/batch-writer.js';
import type { KafkaCommittable } from './committable.js';
import type { DeliveryGuarantee } from './delivery.js';
import { KeyPartitioner } from './partitioners.js';
import { Producer, type ProducerOptions } from './producer.js';
import type { KafkaRecordSerializationSchema, KafkaSinkContext, ProducerRecord } from './serialization.js';
import { TransactionIds } from './transaction-ids.js';
import { Transaction } from './transaction.js';

/** What a writer keeps in checkpoints. */
export interface KafkaWriterState {
  /** Ids of transactions that wait for this checkpoint. */
  readonly precommitted: readonly string[];
}

export interface KafkaWriterOptions<T> extends ProducerOptions {
  readonly schema: KafkaRecordSerializationSchema<T>;
  readonly guarantee: DeliveryGuarantee;
  readonly subtask: number;
  readonly parallelism: number;
  readonly ids: TransactionIds;
  readonly transactionTimeoutMs: number;
  readonly patienceMs: number;
  /** Of the subtask, while it opens. */
  readonly isCancelled: () => boolean;
}

export class KafkaWriter<T> implements SinkWriter<T, KafkaCommittable, KafkaWriterState> {
  private readonly producer: Producer;
  private readonly context: WriterContext;
  /** For records whose serializer chose no partition. */
  private readonly byKey = new KeyPartitioner<ProducerRecord>();

  constructor(private readonly options: KafkaWriterOptions<T>) {
    this.producer = new Producer(options);
    this.context = new WriterContext(options.subtask, options.parallelism, this.producer);
    this.byKey.open(options.subtask);
    options.schema.open?.(options.subtask, options.parallelism);
  }

  /** Before the first record. @throws KAFKA_… */
  async open(): Promise<void> {
    const { schema, guarantee, driver, patienceMs, isCancelled } = this.options;
    for (const topic of schema.topics ?? []) await this.producer.topics.load(topic);
    if (guarantee === 'EXACTLY_ONCE') {
      this.begin();
    } else if (guarantee === 'AT_LEAST_ONCE' && this.options.limits.acks === -1) {
      const retry = { clock: systemClock, limitMs: patienceMs, isCancelled };
      this.producer.identity = await retrying(retry, () => driver.initProducer(null, 0));
    }
  }

  write(record: T, context: SinkContext): void | Promise<void> {
    const { schema } = this.options;
    this.context.sink = context;
    let made: ProducerRecord | null;
    try {
      made = schema.serialize(record, this.context);
    } catch (error) {
      if (!(error instanceof UnknownTopic)) throw error;
      return this.producer.topics.load(error.topic).then(() => this.write(record, context));
    }
    return made === null ? undefined : this.send(made, context);
  }

  async flush(endOfInput: boolean): Promise<void> {
    if (this.options.guarantee !== 'NONE' || endOfInput) await this.producer.flush();
  }

  prepareCommit(): KafkaCommittable[] {
    const { transaction } = this.producer;
    if (transaction === undefined) return [];
    const { begun } = transaction;
    if (begun === undefined) return [];
    this.options.ids.handOver(transaction.transactionalId);
    const committable = { ...begun, ranges: this.producer.takeRanges() };
    this.begin();
    return [committable];
  }

  snapshotState(checkpointId: number): KafkaWriterState[] {
    if (this.options.guarantee !== 'EXACTLY_ONCE') return [];
    return [{ precommitted: this.options.ids.snapshot(checkpointId) }];
  }

  notifyCheckpointComplete(checkpointId: number): void {
    this.options.ids.complete(checkpointId);
  }

  cancel(): void {
    this.producer.close();
  }

  /** What no checkpoint has is taken back at once, so that readers of committed records do not wait for its timeout. */
  async close(): Promise<void> {
    const { driver } = this.options;
    const { transaction } = this.producer;
    this.producer.close();
    // Asked for once more later, its id would be taken from the next attempt, with what that has written.
    await transaction?.cancel();
    if (transaction?.begun !== undefined) await driver.endTransaction(transaction.begun, false).catch(() => undefined);
    await driver.close();
  }

  private begin(): void {
    const { driver, clock, ids, transactionTimeoutMs, patienceMs } = this.options;
    this.producer.transaction = new Transaction({
      ...{ driver, clock, patienceMs },
      transactionalId: ids.next(),
      timeoutMs: transactionTimeoutMs,
    });
  }

  private send(record: ProducerRecord, context: SinkContext): void | Promise<void> {
    const { topics } = this.producer;
    const numbers = topics.numbersOf(record.topic);
    if (numbers === undefined) {
      return topics.load(record.topic).then(() => this.send(record, context));
    }
    const { key } = record;
    const number = record.partition ?? this.byKey.partition(record, bytesOf(key), null, record.topic, numbers);
    const partition = topics.partitionOf(record.topic, number);
    if (partition === undefined) {
      throw badOption(
        `A record shall go to ${nameOf({ topic: record.topic, partition: number })}; the topic has ${numbers.length} partitions.`,
        record.topic,
      );
    }
    const timestampMs = record.timestamp ?? context.timestamp() ?? context.currentProcessingTime();
    return this.producer.write(record, partition, timestampMs);
  }
}

function bytesOf(key: Payload): Uint8Array | null {
  return typeof key === 'string' ? Buffer.from(key) : key;
}

class UnknownTopic extends Error {
  constructor(readonly topic: string) {
    super(`The partitions of ${topic} are not known yet.`);
  }
}

class WriterContext implements KafkaSinkContext {
  sink: SinkContext | undefined;

  constructor(
    readonly subtask: number,
    readonly parallelism: number,
    private readonly producer: Producer,
  ) {}

  timestamp(): ReturnType<SinkContext['timestamp']> {
    return this.sink?.timestamp() ?? null;
  }

  currentProcessingTime(): number {
    return this.sink?.currentProcessingTime() ?? systemClock.nowMs();
  }

  partitionsOf(topic: string): readonly number[] {
    const numbers = this.producer.topics.numbersOf(topic);
    if (numbers === undefined) throw new UnknownTopic(topic);
    return numbers;
  }
}
