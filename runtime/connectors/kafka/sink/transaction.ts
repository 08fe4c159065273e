/** A transaction that is being written: begun at the broker when its first record leaves. */
import type { Clock } from '../../../common/clock.js';
import {
  nameOf,
  type KafkaDriver,
  type ProducerIdentity,
  type TopicPartition,
  type TransactionIdentity,
} from '../driver/driver.js';
import { retrying, type RetryOptions } from '../driver/retrying.js';

export interface TransactionOptions {
  readonly driver: KafkaDriver;
  readonly clock: Clock;
  readonly transactionalId: string;
  /** The broker aborts it when it is open for so long. */
  readonly timeoutMs: number;
  /** Brokers that cannot be asked are asked again for so long. */
  readonly patienceMs: number;
}

export class Transaction {
  private identity: Promise<ProducerIdentity> | undefined;
  private known: TransactionIdentity | undefined;
  private readonly partitions = new Set<string>();

  constructor(private readonly options: TransactionOptions) {}

  get transactionalId(): string {
    return this.options.transactionalId;
  }

  /** Undefined as long as no record has left. */
  get begun(): TransactionIdentity | undefined {
    return this.partitions.size === 0 ? undefined : this.known;
  }

  /**
   * The partitions belong to the transaction from now on.
   * @returns who writes it @throws KafkaError
   */
  async include(partitions: readonly TopicPartition[]): Promise<TransactionIdentity> {
    const { driver, transactionalId, timeoutMs } = this.options;
    this.identity ??= this.again(() => driver.initProducer(transactionalId, timeoutMs));
    const known = (this.known ??= { transactionalId, ...(await this.identity) });
    const fresh = partitions.filter((each) => !this.partitions.has(nameOf(each)));
    if (fresh.length > 0) {
      await this.again(() => driver.addPartitions(known, fresh));
      for (const each of fresh) this.partitions.add(nameOf(each));
    }
    return known;
  }

  private again<T>(action: () => Promise<T>): Promise<T> {
    const { clock, patienceMs } = this.options;
    return retrying({ clock, limitMs: patienceMs } satisfies RetryOptions, action);
  }
}
