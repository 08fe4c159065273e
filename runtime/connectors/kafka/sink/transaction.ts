/** A transaction that is being written: begun at the broker when its first record leaves. */
import type { Clock } from '../../../common/clock.js';
import {
  nameOf,
  type KafkaDriver,
  type ProducerIdentity,
  type TopicPartition,
  type TransactionIdentity,
} from '../driver/driver.js';
import { KafkaError, NO_ANSWER } from '../driver/kafka-error.js';
import { retrying } from '../driver/retrying.js';

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
  private cancelled = false;
  /** Settles when the broker has answered the request at hand. */
  private asking: Promise<unknown> = Promise.resolve();

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

  /** Nothing is asked of the broker any more. Resolves when it has answered, or will not. */
  async cancel(): Promise<void> {
    this.cancelled = true;
    await this.asking;
  }

  private again<T>(action: () => Promise<T>): Promise<T> {
    const { clock, patienceMs } = this.options;
    if (this.cancelled) return Promise.reject(new KafkaError(NO_ANSWER, 'The sink is closed.'));
    const asking = retrying({ clock, limitMs: patienceMs, isCancelled: () => this.cancelled }, action);
    this.asking = asking.catch(() => undefined);
    return asking;
  }
}
