/** What a sink promises. Names and meaning are Flink's. */
export type DeliveryGuarantee = 'EXACTLY_ONCE' | 'AT_LEAST_ONCE' | 'NONE';

export const DeliveryGuarantee = {
  /** Records are seen by readers of committed records once, when their checkpoint is complete. */
  EXACTLY_ONCE: 'EXACTLY_ONCE',
  /** A checkpoint waits until the broker has all records; after a failure some may be there twice. */
  AT_LEAST_ONCE: 'AT_LEAST_ONCE',
  /** Records may be lost or there twice after a failure. */
  NONE: 'NONE',
} as const satisfies Record<DeliveryGuarantee, DeliveryGuarantee>;

/** Whether the loss of a transaction that a checkpoint was to commit ends the job. */
export type LostTransactions = 'FAIL' | 'CONTINUE';
