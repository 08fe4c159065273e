import type { TransactionIdentity } from '../driver/driver.js';

/** Where the records of a transaction lie in a partition. */
export interface WrittenRange {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: number;
  /** Of the last record. */
  readonly lastOffset: number;
}

/** A transaction that is written and waits for its checkpoint. Plain data. */
export interface KafkaCommittable extends TransactionIdentity {
  readonly ranges: readonly WrittenRange[];
}

/** `orders-0 (offsets 17 to 42)`, … */
export function describeRanges(ranges: readonly WrittenRange[]): string {
  return ranges
    .map(
      ({ topic, partition, firstOffset, lastOffset }) =>
        `${topic}-${partition} (offsets ${firstOffset} to ${lastOffset})`,
    )
    .join(', ');
}
