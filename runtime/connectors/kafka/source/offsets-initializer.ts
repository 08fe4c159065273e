import { badOption } from '../client-properties.js';
import { nameOf, type KafkaDriver, type PartitionOffset, type TopicPartition } from '../driver/driver.js';

/** Where to go on when an offset is not known, or its records are not there: at the first record, at the end, or not at all. */
export type OffsetResetStrategy = 'EARLIEST' | 'LATEST' | 'NONE';

/** What an initializer may ask. */
export interface OffsetLookup {
  readonly driver: KafkaDriver;
  readonly group: string | undefined;
  /** Whether records of open transactions are out of sight. */
  readonly onlyCommitted: boolean;
}

type Given = (TopicPartition & { readonly offset: number }) | readonly [name: string, offset: number];

/** Says at which offsets reading begins or ends. Names and meaning are Flink's. */
export abstract class OffsetsInitializer {
  /** When the records at a position are gone. */
  readonly resetStrategy: OffsetResetStrategy;

  protected constructor(resetStrategy: OffsetResetStrategy) {
    this.resetStrategy = resetStrategy;
  }

  /** The offset of each partition. @throws KafkaError, KAFKA_BAD_OPTION */
  abstract offsetsOf(partitions: readonly TopicPartition[], lookup: OffsetLookup): Promise<PartitionOffset[]>;

  /** At the first record that is there. */
  static earliest(): OffsetsInitializer {
    return new EndOffsets('earliest', 'EARLIEST');
  }

  /** Behind the last record that is there when the job starts. */
  static latest(): OffsetsInitializer {
    return new EndOffsets('latest', 'LATEST');
  }

  /**
   * Where the consumer group is.
   * @param reset for partitions that the group has not committed
   */
  static committedOffsets(reset: OffsetResetStrategy = 'NONE'): OffsetsInitializer {
    return new CommittedOffsets(reset);
  }

  /** At the first record whose timestamp is not before this, in epoch milliseconds; at the end where there is none. */
  static timestamp(timestampMs: number): OffsetsInitializer {
    if (!Number.isSafeInteger(timestampMs) || timestampMs < 0) {
      throw badOption(`A timestamp is a whole number of milliseconds from 0, not ${timestampMs}.`, 'timestamp');
    }
    return new TimestampOffsets(timestampMs);
  }

  /**
   * At these offsets.
   * @param offsets with topic, partition and offset each, or by names such as `orders-0`
   * @param reset for partitions that are not among them @default 'EARLIEST'
   */
  static offsets(offsets: Iterable<Given>, reset: OffsetResetStrategy = 'EARLIEST'): OffsetsInitializer {
    const byName = new Map<string, number>();
    for (const given of offsets) {
      const [name, offset] = 'topic' in given ? [nameOf(given), given.offset] : given;
      if (!Number.isSafeInteger(offset) || offset < 0) throw badOption(`${name} has the offset ${offset}.`, name);
      byName.set(name, offset);
    }
    return new GivenOffsets(byName, reset);
  }
}

class EndOffsets extends OffsetsInitializer {
  constructor(
    private readonly end: 'earliest' | 'latest',
    reset: OffsetResetStrategy,
  ) {
    super(reset);
  }

  offsetsOf(partitions: readonly TopicPartition[], lookup: OffsetLookup): Promise<PartitionOffset[]> {
    return lookup.driver.offsets(partitions, this.end, lookup.onlyCommitted);
  }
}

class TimestampOffsets extends OffsetsInitializer {
  constructor(private readonly timestampMs: number) {
    super('LATEST');
  }

  async offsetsOf(partitions: readonly TopicPartition[], lookup: OffsetLookup): Promise<PartitionOffset[]> {
    const found = await lookup.driver.offsets(partitions, this.timestampMs, lookup.onlyCommitted);
    return orElse(partitions, found, 'LATEST', lookup);
  }
}

class CommittedOffsets extends OffsetsInitializer {
  async offsetsOf(partitions: readonly TopicPartition[], lookup: OffsetLookup): Promise<PartitionOffset[]> {
    const { driver, group } = lookup;
    if (group === undefined) throw badOption('Committed offsets need a group: setGroupId(…).', 'group.id');
    return orElse(partitions, await driver.committedOffsets(group, partitions), this.resetStrategy, lookup);
  }
}

class GivenOffsets extends OffsetsInitializer {
  constructor(
    private readonly byName: ReadonlyMap<string, number>,
    reset: OffsetResetStrategy,
  ) {
    super(reset);
  }

  offsetsOf(partitions: readonly TopicPartition[], lookup: OffsetLookup): Promise<PartitionOffset[]> {
    const given = partitions.map((each) => ({ ...each, offset: this.byName.get(nameOf(each)) ?? -1 }));
    return orElse(partitions, given, this.resetStrategy, lookup);
  }
}

/** Fills in what was not found. */
async function orElse(
  partitions: readonly TopicPartition[],
  found: readonly PartitionOffset[],
  reset: OffsetResetStrategy,
  { driver, onlyCommitted }: OffsetLookup,
): Promise<PartitionOffset[]> {
  const known = found.filter(({ offset }) => offset >= 0);
  const names = new Set(known.map(nameOf));
  const missing = partitions.filter((each) => !names.has(nameOf(each)));
  if (missing.length === 0) return known;
  if (reset === 'NONE') {
    const list = missing.map(nameOf).join(', ');
    throw badOption(`No offset is known of ${list}, and none shall be chosen.`, nameOf(missing[0]));
  }
  const end = reset === 'EARLIEST' ? 'earliest' : 'latest';
  return [...known, ...(await driver.offsets(missing, end, onlyCommitted))];
}
