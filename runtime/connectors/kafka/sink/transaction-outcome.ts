/**
 * What became of a transaction that can no longer be asked for: the log itself says. Readers of committed records get the records
 * of a transaction only when it is decided, and the broker tells with them which ones were aborted.
 */
import type { KafkaDriver } from '../driver/driver.js';
import { KafkaCode, KafkaError } from '../driver/kafka-error.js';
import { AbortedFilter } from '../records/aborted-filter.js';
import { readBatchHeader } from '../records/batch-reader.js';
import type { KafkaCommittable } from './committable.js';

/** `unknown`: its records are not there to be looked at. `undecided`: ask again. */
export type TransactionOutcome = 'committed' | 'aborted' | 'unknown' | 'undecided';

const MAX_WAIT_MS = 100;
const FETCH_BYTES = 64 * 1024;

/** @throws KafkaError */
export async function outcomeOf(driver: KafkaDriver, committable: KafkaCommittable): Promise<TransactionOutcome> {
  const range = committable.ranges[0];
  if (range === undefined) return 'committed';
  const { topic, partition, firstOffset } = range;
  const leader = (await driver.partitions([topic])).find((each) => each.partition === partition)?.leader ?? -1;
  if (leader < 0) throw KafkaError.ofCode(KafkaCode.LEADER_NOT_AVAILABLE);
  const [fetched] = await driver.fetch(leader, {
    partitions: [{ topic, partition, offset: firstOffset }],
    ...{ maxWaitMs: MAX_WAIT_MS, minBytes: 1, maxBytes: FETCH_BYTES, maxPartitionBytes: FETCH_BYTES },
    onlyCommitted: true,
  });
  if (fetched.errorCode === KafkaCode.OFFSET_OUT_OF_RANGE) return 'unknown';
  if (fetched.errorCode !== 0) throw KafkaError.ofCode(fetched.errorCode);
  const batch = readBatchHeader(fetched.records, 0);
  if (batch === undefined) return 'undecided';
  const isOurs =
    batch.baseOffset <= firstOffset &&
    batch.producerId === committable.producerId &&
    batch.producerEpoch === committable.producerEpoch;
  if (!isOurs) return 'unknown';
  return new AbortedFilter(fetched.aborted).sees(fetched.records, batch) ? 'committed' : 'aborted';
}
