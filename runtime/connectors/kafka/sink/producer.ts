/**
 * Sends batches of records: gathers them for each partition, sends what is full or was held back long enough, repeats what
 * was refused for a reason that passes, and says when all is there.
 */
import type { Clock } from '../../../common/clock.js';
import { WeftError } from '../../../common/errors/index.js';
import { nameOf, type KafkaDriver, type ProducedPartition, type ProducerIdentity } from '../driver/driver.js';
import { KafkaCode, KafkaError, kafkaFailure } from '../driver/kafka-error.js';
import type { CompressionType } from '../records/compression.js';
import type { WrittenRange } from './committable.js';
import { OutgoingPartition } from './outgoing-partition.js';
import { OutgoingTopics } from './outgoing-topics.js';
import type { ProducerRecord } from './serialization.js';
import type { Transaction } from './transaction.js';

const RETRY_AFTER_MS = 50;
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
    const size = (key?.length ?? 0) + (value?.length ?? 0) + RECORD_OVERHEAD_BYTES;
    if (size > limits.maxRequestBytes) throw tooLarge(record, partition, size, limits.maxRequestBytes);
    if (partition.open !== undefined && partition.open.sizeBytes + size > limits.batchBytes + BATCH_SLACK_BYTES) {
      this.seal(partition);
    }
    const writer = partition.writer(limits.batchBytes + BATCH_SLACK_BYTES);
    const before = writer.sizeBytes;
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
    partition.current = { bytes: writer.finish(compression, producer), count, bufferedBytes: sizeBytes };
  }

  private async produce(broker: number, partitions: readonly OutgoingPartition[]): Promise<ProducedPartition[]> {
    const { driver, limits } = this.options;
    if (broker < 0) throw KafkaError.ofCode(KafkaCode.LEADER_NOT_AVAILABLE);
    return driver.produce(broker, {
      transactionalId: this.transaction?.transactionalId ?? null,
      acks: limits.acks,
      timeoutMs: limits.requestTimeoutMs,
      batches: partitions.flatMap(({ topic, partition, current }) =>
        current === undefined ? [] : { topic, partition, batch: current.bytes },
      ),
    });
  }

  private answered(partition: OutgoingPartition | undefined, { errorCode, baseOffset }: ProducedPartition): void {
    if (partition === undefined) return;
    if (errorCode === 0 || errorCode === KafkaCode.DUPLICATE_SEQUENCE_NUMBER) {
      this.bufferedBytes = Math.max(0, this.bufferedBytes - (partition.current?.bufferedBytes ?? 0));
      partition.acknowledged(errorCode === 0 ? baseOffset : -1);
    } else {
      this.refused(partition, KafkaError.ofCode(errorCode));
    }
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

function tooLarge({ key }: ProducerRecord, partition: OutgoingPartition, size: number, limit: number): WeftError {
  const of = key === null ? '' : ` with the key ${JSON.stringify(Buffer.from(key.subarray(0, 60)).toString())}`;
  return new WeftError(
    'KAFKA_RECORD_TOO_LARGE',
    `A record for ${nameOf(partition)}${of} has ${size} bytes; max.request.size allows ${limit}.`,
    { subject: nameOf(partition) },
  );
}
