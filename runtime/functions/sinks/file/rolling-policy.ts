/** When a file of the output is long enough. Besides, each checkpoint ends the files that are open. */

export interface RollingPolicy {
  /** A file that has so many bytes takes no further record. @default 128 MB */
  readonly maxPartSizeBytes?: number;
  /** Nor does one that was begun so long ago, in milliseconds; looked at when a record comes. @default 60000 */
  readonly rolloverIntervalMs?: number;
}

const MAX_PART_SIZE_BYTES = 128 * 1024 * 1024;
const ROLLOVER_INTERVAL_MS = 60_000;

/** @throws RangeError unless both are above 0 */
export function rollingPolicy({
  maxPartSizeBytes = MAX_PART_SIZE_BYTES,
  rolloverIntervalMs = ROLLOVER_INTERVAL_MS,
}: RollingPolicy): Required<RollingPolicy> {
  for (const [name, value] of Object.entries({ maxPartSizeBytes, rolloverIntervalMs })) {
    if (!(value > 0)) throw new RangeError(`${name} is a number above 0, not ${value}.`);
  }
  return { maxPartSizeBytes, rolloverIntervalMs };
}
