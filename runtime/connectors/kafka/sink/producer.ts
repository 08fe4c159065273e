/**
 * Sends batches of records: gathers them for each partition, sends what is full or was held back long enough, repeats what
 * was refused for a reason that passes, and says when all is there.
 */
import type { Clock } from '../../../common/clock.js';
import { WeftError } from '../../../common/errors/index.js';
import { nameOf, type KafkaDriver, type ProducedPartition, type ProducerIdentity } from '../driver/driver.js';
import { KafkaCode, KafkaError, kafkaFailure } from '../driver/kafka-error.js';
import { payloadLength, RecordBatchWriter, type Payload } from '../records/batch-writer.js';
import type { CompressionType } from '../records/compression.js';
import { BatchBuffers } from './batch-buffers.js';
import type { WrittenRange } from './committable.js';
import type { OutgoingPartition, SealedBatch } from './outgoing-partition.js';
import { OutgoingTopics } from './outgoing-topics.js';
import type { ProducerRecord } from './serialization.js';
import type { Transaction } from './transaction.js';

const RETRY_AFTER_MS = 50;
/** In UTF-8, of UTF-16's units. */
const MOST_BYTES_PER_CHARACTER = 3;
const LONGEST_KEY_TOLD = 60;
/** What a record costs besides its key and value. */
const RECORD_OVERHEAD_BYTES = 32;
/** A batch may outgrow its size by its last record. */
const BATCH_SLACK_BYTES = 1024;

export interface ProducerLimits {
  readonly batchBytes: number;
  readonly lingerMs: number;
  /** Records that may wait to be sent, in bytes. */
  readonly bufferBytes: number;
  /** No record may be larger. */
  readonly maxRequestBytes: number;
  /** Requests that are under way to a broker. */
  readonly maxInFlight: number;
  /** -1 = all replicas. */
  readonly acks: number;
  readonly requestTimeoutMs: number;
  /** A batch that was refused for so long fails the sink. */
  readonly deliveryTimeoutMs: number;
}

export interface ProducerOptions {
  readonly driver: KafkaDriver;
  readonly clock: Clock;
  readonly compression: CompressionType;
  readonly limits: ProducerLimits;
}

export class Producer {
  /** What writes go to; undefined = no transaction. */
  transaction: Transaction | undefined;
  /** Lets the broker drop what is sent twice, where there is no transaction. */
  identity: ProducerIdentity | undefined;
  readonly topics: OutgoingTopics;
  private readonly buffers: BatchBuffers;
  private failure: WeftError | undefined;
  private bufferedBytes = 0;
  private readonly inFlight = new Map<number, number>();
  private cancelLinger: (() => void) | undefined;
  private cancelRetry: (() => void) | undefined;
  private closed = false;
  /** Called at each step forward. */
  private readonly waiting = new Set<() => void>();

  constructor(private readonly options: ProducerOptions) {
    this.topics = new OutgoingTopics(options.driver, options.clock, options.limits.deliveryTimeoutMs);
    this.buffers = new BatchBuffers(options.limits.batchBytes + BATCH_SLACK_BYTES);
  }

  /**
   * @param partition of the record's topic
   * @returns a promise when there is no room for more: it resolves when there is
   * @throws KAFKA_…, also for what was written before
   */
  write(record: ProducerRecord, partition: OutgoingPartition, timestampMs: number): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    const { limits } = this.options;
    const { key, value, headers } = record;
    const most = mostBytes(key) + mostBytes(value) + RECORD_OVERHEAD_BYTES;
    if (most > limits.maxRequestBytes) requireSmaller(record, partition, limits.maxRequestBytes);
    if (partition.open !== undefined && partition.open.sizeBytes + most > limits.batchBytes + BATCH_SLACK_BYTES) {
      this.seal(partition);
    }
    const before = partition.open?.sizeBytes ?? 0;
    const writer = (partition.open ??= new RecordBatchWriter(this.buffers.take()));
    writer.append(timestampMs, key, value, headers);
    this.bufferedBytes += writer.sizeBytes - before;
    if (writer.sizeBytes >= limits.batchBytes) this.seal(partition);
    else this.cancelLinger ??= this.options.clock.after(limits.lingerMs, () => this.sealAll());
    return this.bufferedBytes <= limits.bufferBytes
      ? undefined
      : this.until(() => this.bufferedBytes <= limits.bufferBytes);
  }

  /** Resolves when the broker has all. @throws KAFKA_… */
  async flush(): Promise<void> {
    this.sealAll();
    await this.until(() => this.topics.all().every(({ isDrained }) => isDrained));
  }

  /** What was written since the last call; sequences begin anew, for the next epoch. Call after `flush`. */
  takeRanges(): WrittenRange[] {
    return this.topics.all().flatMap((partition) => partition.takeRange() ?? []);
  }

  /** What is not sent yet stays unsent; who waits for it hears so. */
  close(): void {
    this.closed = true;
    this.failure ??= new WeftError('KAFKA_FAILED', 'The sink was closed before Kafka had all records.');
    this.step();
    this.cancelLinger?.();
    this.cancelRetry?.();
  }

  private sealAll(): void {
    this.cancelLinger?.();
    this.cancelLinger = undefined;
    for (const partition of this.topics.all()) partition.seal();
    this.dispatch();
  }

  private seal(partition: OutgoingPartition): void {
    partition.seal();
    this.dispatch();
  }

  private dispatch(): void {
    if (this.closed || this.failure !== undefined) return;
    const { clock, limits } = this.options;
    const nowMs = clock.monotonicMs();
    const byBroker = new Map<number, OutgoingPartition[]>();
    for (const partition of this.topics.all()) {
      if (partition.busy || !partition.hasReady || nowMs < partition.retryAtMs) continue;
      byBroker.set(partition.leader, [...(byBroker.get(partition.leader) ?? []), partition]);
    }
    for (const [broker, partitions] of byBroker) {
      if ((this.inFlight.get(broker) ?? 0) < limits.maxInFlight) void this.send(broker, partitions);
    }
  }

  private async send(broker: number, partitions: readonly OutgoingPartition[]): Promise<void> {
    this.inFlight.set(broker, (this.inFlight.get(broker) ?? 0) + 1);
    for (const partition of partitions) partition.busy = true;
    try {
      const identity = this.transaction === undefined ? this.identity : await this.transaction.include(partitions);
      for (const partition of partitions) this.sealCurrent(partition, identity);
      const answers = await this.produce(broker, partitions);
      for (const answer of answers)
        this.answered(
          partitions.find((each) => nameOf(each) === nameOf(answer)),
          answer,
        );
    } catch (error) {
      for (const partition of partitions) this.refused(partition, error);
    }
    for (const partition of partitions) partition.busy = false;
    this.inFlight.set(broker, (this.inFlight.get(broker) ?? 1) - 1);
    this.step();
    this.dispatch();
  }

  private sealCurrent(partition: OutgoingPartition, identity: ProducerIdentity | undefined): void {
    const writer = partition.current === undefined ? partition.ready.shift() : undefined;
    if (writer === undefined) return;
    const { compression } = this.options;
    const { count, sizeBytes } = writer;
    const producer =
      identity === undefined
        ? undefined
        : {
            ...{ producerId: identity.producerId, producerEpoch: identity.producerEpoch },
            ...{ baseSequence: partition.sequence, isTransactional: this.transaction !== undefined },
          };
    partition.current = { bytes: writer.finish(compression, producer), attempts: 0, count, bufferedBytes: sizeBytes };
  }

  private async produce(broker: number, partitions: readonly OutgoingPartition[]): Promise<ProducedPartition[]> {
    const { driver, limits } = this.options;
    if (broker < 0) throw KafkaError.ofCode(KafkaCode.LEADER_NOT_AVAILABLE);
    return driver.produce(broker, {
      transactionalId: this.transaction?.transactionalId ?? null,
      acks: limits.acks,
      timeoutMs: limits.requestTimeoutMs,
      batches: partitions.flatMap(({ topic, partition, current }) => {
        if (current === undefined) return [];
        current.attempts++;
        return { topic, partition, batch: current.bytes };
      }),
    });
  }

  private answered(partition: OutgoingPartition | undefined, { errorCode, baseOffset }: ProducedPartition): void {
    if (partition === undefined) return;
    if (errorCode === 0 || errorCode === KafkaCode.DUPLICATE_SEQUENCE_NUMBER) {
      this.release(partition.current);
      partition.acknowledged(errorCode === 0 ? baseOffset : -1);
    } else {
      this.refused(partition, KafkaError.ofCode(errorCode));
    }
  }

  private release(batch: SealedBatch | undefined): void {
    if (batch === undefined) return;
    this.bufferedBytes -= batch.bufferedBytes;
    // What was sent before may wait in another connection still.
    if (batch.attempts === 1) this.buffers.giveBack(batch.bytes);
  }

  private refused(partition: OutgoingPartition, error: unknown): void {
    const { clock, limits } = this.options;
    const nowMs = clock.monotonicMs();
    partition.refusedSinceMs ??= nowMs;
    const isTooLong = nowMs - partition.refusedSinceMs >= limits.deliveryTimeoutMs;
    const isPassing =
      error instanceof KafkaError && (error.isPassing || error.code === KafkaCode.UNKNOWN_TOPIC_OR_PARTITION);
    if (this.closed) return;
    if (!isPassing || isTooLong) {
      this.failure ??= kafkaFailure(`Records cannot be written to ${nameOf(partition)}`, error, nameOf(partition));
      return;
    }
    partition.retryAtMs = nowMs + RETRY_AFTER_MS;
    this.cancelRetry?.();
    this.cancelRetry = clock.after(RETRY_AFTER_MS + 1, () => {
      void this.topics.refresh(partition.topic).then(
        () => this.dispatch(),
        (failure: unknown) => {
          this.refused(partition, failure);
          this.step();
        },
      );
    });
  }

  private step(): void {
    for (const check of [...this.waiting]) check();
  }

  /** Resolves when that holds. @throws the first failure */
  private until(holds: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (this.failure === undefined && !holds()) return;
        this.waiting.delete(check);
        if (this.failure === undefined) resolve();
        else reject(this.failure);
      };
      this.waiting.add(check);
      check();
    });
  }
}

/** No more than this; what it is exactly costs more to know. */
function mostBytes(payload: Payload): number {
  if (payload === null) return 0;
  return typeof payload === 'string' ? payload.length * MOST_BYTES_PER_CHARACTER : payload.length;
}

/** @throws KAFKA_RECORD_TOO_LARGE */
function requireSmaller({ key, value }: ProducerRecord, partition: OutgoingPartition, limit: number): void {
  const size = Math.max(0, payloadLength(key)) + Math.max(0, payloadLength(value)) + RECORD_OVERHEAD_BYTES;
  if (size <= limit) return;
  const text = typeof key === 'string' ? key : Buffer.from(key ?? '').toString();
  const of = key === null ? '' : ` with the key ${JSON.stringify(text.slice(0, LONGEST_KEY_TOLD))}`;
  throw new WeftError(
    'KAFKA_RECORD_TOO_LARGE',
    `A record for ${nameOf(partition)}${of} has ${size} bytes; max.request.size allows ${limit}.`,
    { subject: nameOf(partition) },
  );
}
