/** Commits transactions when their checkpoint is complete, also those that were left by a job that died. */
import { systemClock } from '../../../common/clock.js';
import { WeftError } from '../../../common/errors/index.js';
import type { Committer } from '../../../functions/index.js';
import type { KafkaDriver } from '../driver/driver.js';
import { KafkaError, kafkaFailure } from '../driver/kafka-error.js';
import { LazyDriver } from '../driver/lazy-driver.js';
import { retrying } from '../driver/retrying.js';
import { describeRanges, type KafkaCommittable } from './committable.js';
import type { LostTransactions } from './delivery.js';
import { outcomeOf } from './transaction-outcome.js';

export interface KafkaCommitterOptions {
  readonly connect: () => Promise<KafkaDriver>;
  readonly lost: LostTransactions;
  /** Of each transaction, before it counts as not committed now. */
  readonly patienceMs: number;
}

export class KafkaCommitter implements Committer<KafkaCommittable> {
  private readonly driver: LazyDriver;
  private closed = false;

  constructor(private readonly options: KafkaCommitterOptions) {
    this.driver = new LazyDriver(options.connect);
  }

  /** @returns those whose broker could not be reached @throws KAFKA_TRANSACTION_LOST, KAFKA_NOT_AUTHORIZED, KAFKA_FAILED */
  async commit(committables: readonly KafkaCommittable[]): Promise<readonly KafkaCommittable[]> {
    const done = await Promise.all(committables.map((each) => this.commitOne(each)));
    return committables.filter((_, n) => !done[n]);
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.driver.close();
  }

  /** @returns false when it is to be tried again later */
  private async commitOne(committable: KafkaCommittable): Promise<boolean> {
    const { patienceMs } = this.options;
    const { transactionalId } = committable;
    const retry = { clock: systemClock, limitMs: patienceMs, isCancelled: () => this.closed };
    try {
      await retrying(retry, async () => (await this.driver.get()).endTransaction(committable, true));
      return true;
    } catch (error) {
      if (error instanceof KafkaError && error.isPassing) return false;
      const failure = kafkaFailure(`The transaction ${transactionalId} cannot be committed`, error, transactionalId);
      if (failure.code !== 'KAFKA_TRANSACTION_FENCED') throw failure;
      return this.judge(committable, failure);
    }
  }

  /** Nobody can commit it any more; it may have been, by a job that died before it could say so. */
  private async judge(committable: KafkaCommittable, failure: WeftError): Promise<boolean> {
    const { lost, patienceMs } = this.options;
    const retry = { clock: systemClock, limitMs: patienceMs, isCancelled: () => this.closed };
    const outcome = await retrying(retry, async () => outcomeOf(await this.driver.get(), committable));
    if (outcome === 'committed') return true;
    if (outcome === 'undecided') return false;
    const { transactionalId, ranges } = committable;
    const why =
      outcome === 'aborted'
        ? 'it was aborted, because it was open longer than its timeout or another producer has its id'
        : 'its records are not where they were written';
    const message = `The transaction ${transactionalId} of a complete checkpoint is lost: ${why}. It had ${describeRanges(ranges)}.`;
    if (lost === 'FAIL')
      throw new WeftError('KAFKA_TRANSACTION_LOST', message, { subject: transactionalId, cause: failure });
    console.warn(message);
    return true;
  }
}
