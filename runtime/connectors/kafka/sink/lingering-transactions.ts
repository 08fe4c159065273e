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
  readonly isCancelled: () => boolean;
}

/**
 * Aborts those of the subtask, and of subtasks that are gone since the job has fewer: as long as they are open, readers of
 * committed records get nothing that was written after them. @throws KafkaError
 */
export async function abortLingering(options: LingeringOptions): Promise<void> {
  const { driver, clock, patienceMs, isCancelled, prefix, subtask, parallelism, precommitted } = options;
  const retry = { clock, limitMs: patienceMs, isCancelled };
  const open = await retrying(retry, () => driver.openTransactions());
  const own = open.filter((id) => {
    const owner = subtaskOfId(prefix, id);
    return owner !== undefined && owner % parallelism === subtask && !precommitted.has(id);
  });
  if (isCancelled()) return;
  // Whoever asks for a new identity ends what the former one left. None may be under way still when this fails.
  const asked = own.map((id) => retrying(retry, () => driver.initProducer(id, options.transactionTimeoutMs)));
  await Promise.allSettled(asked);
  await Promise.all(asked);
}
