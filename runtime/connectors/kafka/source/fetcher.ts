/**
 * Fetches for the partitions of a reader: from each broker one answer at a time, for all partitions there that want more. A broker
 * with nothing new holds the request back, so that nobody polls.
 */
import type { Clock } from '../../../common/clock.js';
import { WeftError } from '../../../common/errors/index.js';
import { nameOf, type FetchedPartition, type KafkaDriver } from '../driver/driver.js';
import { KafkaCode, KafkaError, kafkaFailure, NO_ANSWER } from '../driver/kafka-error.js';
import { LazyDriver } from '../driver/lazy-driver.js';
import type { OffsetResetStrategy } from './offsets-initializer.js';
import type { PartitionQueue } from './partition-queue.js';

/** A broker that has nothing for some partitions must not keep those waiting that are about to want more. */
const SHORT_WAIT_MS = 10;
const RETRY_AFTER_MS = 100;
const NO_LEADER = -1;

export interface FetcherOptions {
  readonly connect: () => Promise<KafkaDriver>;
  readonly clock: Clock;
  readonly limits: {
    readonly maxWaitMs: number;
    readonly minBytes: number;
    readonly maxBytes: number;
    readonly maxPartitionBytes: number;
  };
  readonly onlyCommitted: boolean;
  readonly reset: OffsetResetStrategy;
  /** Without an answer of any broker for so long, reading fails. */
  readonly patienceMs: number;
  /** A partition may be unknown for so long: its topic is being made, or its leader moves. */
  readonly missingLimitMs: number;
  /** There is something to emit, or `failure` is set. */
  readonly onData: () => void;
  /** An offset was not there and reading goes on elsewhere. */
  readonly onReset: () => void;
}

export class Fetcher {
  failure: WeftError | undefined;
  private readonly driver: LazyDriver;
  private closed = false;
  private readonly partitions = new Map<string, PartitionQueue>();
  private readonly leaders = new Map<string, number>();
  private readonly busy = new Set<number>();
  private lookingUp = false;
  /** When a broker answered last, monotonic. */
  private heardMs: number;
  private cancelRetry: (() => void) | undefined;

  constructor(private readonly options: FetcherOptions) {
    this.driver = new LazyDriver(options.connect);
    this.heardMs = options.clock.monotonicMs();
  }

  add(partition: PartitionQueue): void {
    this.partitions.set(partition.name, partition);
  }

  remove(partition: PartitionQueue): void {
    this.partitions.delete(partition.name);
  }

  /** Asks each broker that is not being asked, if there is something to ask for. */
  fetch(): void {
    if (this.closed || this.failure !== undefined) return;
    const nowMs = this.options.clock.monotonicMs();
    const byBroker = new Map<number, PartitionQueue[]>();
    for (const partition of this.partitions.values()) {
      if (!partition.wantsMore || nowMs < partition.retryAtMs) continue;
      const leader = this.leaders.get(partition.name) ?? NO_LEADER;
      byBroker.set(leader, [...(byBroker.get(leader) ?? []), partition]);
    }
    if (byBroker.has(NO_LEADER)) this.lookUpLeaders();
    for (const [broker, wanting] of byBroker) {
      if (broker !== NO_LEADER && !this.busy.has(broker)) void this.ask(broker, wanting);
    }
  }

  /** For those who watch. @throws KafkaError */
  async withDriver<T>(action: (driver: KafkaDriver) => Promise<T>): Promise<T> {
    return action(await this.driver.get());
  }

  async close(): Promise<void> {
    this.closed = true;
    this.cancelRetry?.();
    await this.driver.close();
  }

  private async ask(broker: number, wanting: readonly PartitionQueue[]): Promise<void> {
    const { limits, onlyCommitted } = this.options;
    this.busy.add(broker);
    try {
      const fetched = await this.withDriver((driver) =>
        driver.fetch(broker, {
          ...limits,
          maxWaitMs: this.othersAreFull(broker, wanting) ? Math.min(SHORT_WAIT_MS, limits.maxWaitMs) : limits.maxWaitMs,
          partitions: wanting.map(({ topic, partition, fetchOffset }) => ({ topic, partition, offset: fetchOffset })),
          onlyCommitted,
        }),
      );
      this.heardMs = this.options.clock.monotonicMs();
      for (const each of fetched) this.take(each);
    } catch (error) {
      this.refused(error, wanting);
    } finally {
      this.busy.delete(broker);
    }
    this.fetch();
  }

  private othersAreFull(broker: number, wanting: readonly PartitionQueue[]): boolean {
    let own = 0;
    for (const { name, paused, ended } of this.partitions.values()) {
      if (!paused && !ended && this.leaders.get(name) === broker) own++;
    }
    return own > wanting.length;
  }

  private take(fetched: FetchedPartition): void {
    const partition = this.partitions.get(nameOf(fetched));
    if (partition === undefined || this.closed) return;
    if (fetched.errorCode !== 0) {
      this.refusedOne(partition, KafkaError.ofCode(fetched.errorCode));
      return;
    }
    partition.missingSinceMs = undefined;
    partition.add(fetched);
    if (fetched.records.length > 0) this.options.onData();
  }

  private refusedOne(partition: PartitionQueue, error: KafkaError): void {
    const { clock, reset } = this.options;
    if (error.code === KafkaCode.OFFSET_OUT_OF_RANGE) {
      if (reset === 'NONE') this.fail(partition, error);
      else void this.reset(partition, reset);
      return;
    }
    const nowMs = clock.monotonicMs();
    if (error.code === KafkaCode.UNKNOWN_TOPIC_OR_PARTITION || error.code === KafkaCode.UNKNOWN_TOPIC_ID) {
      partition.missingSinceMs ??= nowMs;
      if (nowMs - partition.missingSinceMs >= this.options.missingLimitMs) {
        this.fail(partition, error);
        return;
      }
    } else if (!error.isPassing) {
      this.fail(partition, error);
      return;
    }
    this.again([partition]);
  }

  /** A broker gave no answer for these. */
  private refused(error: unknown, wanting: readonly PartitionQueue[]): void {
    const { clock, patienceMs } = this.options;
    if (this.closed) return;
    const isPassing =
      error instanceof KafkaError && (error.isPassing || error.code === KafkaCode.UNKNOWN_TOPIC_OR_PARTITION);
    const isTooLong = clock.monotonicMs() - this.heardMs >= patienceMs;
    if (isPassing && !isTooLong) this.again(wanting);
    else this.fail(wanting[0], error);
  }

  private again(partitions: readonly PartitionQueue[]): void {
    const { clock } = this.options;
    for (const partition of partitions) {
      partition.retryAtMs = clock.monotonicMs() + RETRY_AFTER_MS;
      this.leaders.delete(partition.name);
    }
    this.cancelRetry?.();
    this.cancelRetry = clock.after(RETRY_AFTER_MS + 1, () => this.fetch());
  }

  private lookUpLeaders(): void {
    if (this.lookingUp) return;
    this.lookingUp = true;
    const unknown = [...this.partitions.values()].filter(({ name }) => !this.leaders.has(name));
    const topics = [...new Set(unknown.map(({ topic }) => topic))];
    this.withDriver((driver) => driver.partitions(topics)).then(
      (found) => {
        this.lookingUp = false;
        this.heardMs = this.options.clock.monotonicMs();
        for (const each of found) if (each.leader !== NO_LEADER) this.leaders.set(nameOf(each), each.leader);
        const still = unknown.filter(({ name }) => !this.leaders.has(name));
        for (const partition of still) this.refusedOne(partition, KafkaError.ofCode(KafkaCode.LEADER_NOT_AVAILABLE));
        this.fetch();
      },
      (error: unknown) => {
        this.lookingUp = false;
        const isMissing = error instanceof KafkaError && error.code === KafkaCode.UNKNOWN_TOPIC_OR_PARTITION;
        if (isMissing) for (const partition of unknown) this.refusedOne(partition, error);
        else this.refused(error, unknown);
      },
    );
  }

  private async reset(partition: PartitionQueue, to: 'EARLIEST' | 'LATEST'): Promise<void> {
    partition.retryAtMs = Infinity;
    const end = to === 'EARLIEST' ? 'earliest' : 'latest';
    try {
      const [found] = await this.withDriver((driver) => driver.offsets([partition], end, this.options.onlyCommitted));
      partition.seek(found.offset);
      partition.retryAtMs = 0;
      this.options.onReset();
      this.fetch();
    } catch (error) {
      this.refused(error, [partition]);
    }
  }

  private fail({ name, topic, fetchOffset }: PartitionQueue, error: unknown): void {
    if (this.failure !== undefined) return;
    const subject = `${name}@${fetchOffset}`;
    const silent = error instanceof KafkaError && error.code === NO_ANSWER;
    const what = silent ? `The topic ${topic} cannot be read` : `${name} cannot be read from offset ${fetchOffset} on`;
    this.failure = error instanceof WeftError ? error : kafkaFailure(what, error, subject);
    this.options.onData();
  }
}
