/** Transactions that a job left open when it died, and that no checkpoint will commit. */
import type { Clock } from '../../../common/clock.js';
import type { KafkaDriver } from '../driver/driver.js';
import { retrying } from '../driver/retrying.js';
import { subtaskOfId } from './transaction-ids.js';

export interface LingeringOptions {
  readonly driver: KafkaDriver;
  readonly clock: Clock;
  readonly patienceMs: number;
  readonly prefix: string;
  readonly subtask: number;
  readonly parallelism: number;
  /** Ids of transactions that the restored checkpoint commits. */
  readonly precommitted: ReadonlySet<string>;
  readonly transactionTimeoutMs: number;
}

/**
 * Aborts those of the subtask, and of subtasks that are gone since the job has fewer: as long as they are open, readers of
 * committed records get nothing that was written after them. @throws KafkaError
 */
export async function abortLingering(options: LingeringOptions): Promise<void> {
  const { driver, clock, patienceMs, prefix, subtask, parallelism, precommitted, transactionTimeoutMs } = options;
  const retry = { clock, limitMs: patienceMs };
  const open = await retrying(retry, () => driver.openTransactions());
  const own = open.filter((id) => {
    const owner = subtaskOfId(prefix, id);
    return owner !== undefined && owner % parallelism === subtask && !precommitted.has(id);
  });
  // Whoever asks for a new identity ends what the former one left.
  await Promise.all(own.map((id) => retrying(retry, () => driver.initProducer(id, transactionTimeoutMs))));
}
