import type { SourceSplit } from '../../../functions/index.js';
import type { PartitionOffset } from '../driver/driver.js';

/** A partition that is read. */
export interface KafkaSplit extends SourceSplit, PartitionOffset {
  /** The offset of the next record. */
  readonly offset: number;
  /** Reading ends in front of this offset; undefined = never. */
  readonly stopOffset?: number;
}
