/** Reads partitions in a subtask: what the fetcher has got is emitted record by record, partition after partition. */
import { systemClock } from '../../../common/clock.js';
import { WeftError } from '../../../common/errors/index.js';
import type {
  Collector,
  InputStatus,
  MetricCounter,
  ReaderOutput,
  SourceOutput,
  SourceReader,
  SourceReaderContext,
} from '../../../functions/index.js';
import { nameOf, type PartitionOffset } from '../driver/driver.js';
import type { BadRecordPolicy, ConsumerRecord, KafkaRecordDeserializationSchema } from './deserialization.js';
import { Fetcher, type FetcherOptions } from './fetcher.js';
import type { KafkaSplit } from './kafka-split.js';
import { PartitionQueue } from './partition-queue.js';

export interface KafkaReaderOptions<T> extends Omit<FetcherOptions, 'clock' | 'onData' | 'onReset'> {
  readonly schema: KafkaRecordDeserializationSchema<T>;
  readonly badRecords: BadRecordPolicy;
  readonly checksums: boolean;
  /** The group whose offsets follow the checkpoints; undefined = none. */
  readonly committingGroup: string | undefined;
}

/** So many records of a partition are emitted before the next one has its turn. */
const TURN_RECORDS = 512;

export class KafkaReader<T> implements SourceReader<T, KafkaSplit> {
  private readonly fetcher: Fetcher;
  /** In the order of their turns. */
  private partitions: PartitionQueue[] = [];
  private readonly outputs = new Map<string, SourceOutput<T>>();
  /** Whose turn it is. */
  private current: PartitionQueue | undefined;
  /** Of the current partition. */
  private taker: SourceOutput<T> | undefined;
  private turnLeft = 0;
  private noMoreSplits = false;
  private onAvailable: (() => void) | undefined;
  /** What to tell the group when a checkpoint is complete, by its id. */
  private readonly toCommit = new Map<number, PartitionOffset[]>();
  private readonly record = new CurrentRecord();
  private readonly counters: Record<'badRecords' | 'resets' | 'commits' | 'failedCommits', MetricCounter>;
  private readonly made = new Made<T>();

  constructor(
    context: SourceReaderContext,
    private readonly options: KafkaReaderOptions<T>,
  ) {
    const { metricGroup } = context;
    const kafka = metricGroup.addGroup('KafkaSourceReader');
    this.counters = {
      badRecords: metricGroup.counter('numRecordsInErrors'),
      resets: kafka.counter('offsetResets'),
      commits: kafka.counter('commitsSucceeded'),
      failedCommits: kafka.counter('commitsFailed'),
    };
    metricGroup.gauge('pendingRecords', () =>
      this.partitions.reduce((sum, { endOffset, position }) => sum + Math.max(0, endOffset - position), 0),
    );
    this.fetcher = new Fetcher({
      ...options,
      clock: systemClock,
      onData: () => this.available(),
      onReset: () => this.counters.resets.inc(),
    });
  }

  addSplits(splits: readonly KafkaSplit[]): void {
    const { checksums, onlyCommitted } = this.options;
    for (const split of splits) {
      const partition = new PartitionQueue(split, checksums, onlyCommitted);
      this.partitions.push(partition);
      this.fetcher.add(partition);
    }
    this.fetcher.fetch();
    this.available();
  }

  notifyNoMoreSplits(): void {
    this.noMoreSplits = true;
    this.available();
  }

  pollNext(output: ReaderOutput<T>): InputStatus {
    if (this.fetcher.failure !== undefined) throw this.fetcher.failure;
    // A partition has its own event time from the moment on when it is read here, before its first record.
    if (this.outputs.size < this.partitions.length) this.openOutputs(output);
    for (let turns = this.partitions.length; turns >= 0; turns--) {
      const { current } = this;
      if (current !== undefined && !current.paused && this.turnLeft > 0 && current.advance()) {
        this.turnLeft--;
        this.emit(current, output);
        return 'MORE_AVAILABLE';
      }
      if (current?.ended === true) this.finish(current, output);
      this.nextTurn();
    }
    if (this.partitions.length === 0 && this.noMoreSplits) return 'END_OF_INPUT';
    return this.hasData() ? 'MORE_AVAILABLE' : 'NOTHING_AVAILABLE';
  }

  isAvailable(): Promise<void> {
    const over = this.partitions.length === 0 && this.noMoreSplits;
    if (over || this.hasData() || this.fetcher.failure !== undefined) return Promise.resolve();
    return new Promise((resolve) => {
      this.onAvailable = resolve;
    });
  }

  snapshotState(checkpointId: number): readonly KafkaSplit[] {
    const splits = this.partitions.map((partition) => partition.split());
    if (this.options.committingGroup !== undefined && splits.length > 0) {
      this.toCommit.set(
        checkpointId,
        splits.map(({ topic, partition, offset }) => ({ topic, partition, offset })),
      );
    }
    return splits;
  }

  /** The group's offsets are only there to be watched: that they cannot be written is counted, no more. */
  async notifyCheckpointComplete(checkpointId: number): Promise<void> {
    const offsets = this.toCommit.get(checkpointId);
    for (const id of this.toCommit.keys()) if (id <= checkpointId) this.toCommit.delete(id);
    const { committingGroup } = this.options;
    if (offsets === undefined || committingGroup === undefined) return;
    await this.fetcher
      .withDriver((driver) => driver.commitOffsets(committingGroup, offsets))
      .then(
        () => this.counters.commits.inc(),
        () => this.counters.failedCommits.inc(),
      );
  }

  pauseOrResumeSplits(pause: readonly string[], resume: readonly string[]): void {
    for (const partition of this.partitions) {
      if (pause.includes(partition.name)) partition.paused = true;
      if (resume.includes(partition.name)) partition.paused = false;
    }
    this.fetcher.fetch();
    this.available();
  }

  close(): Promise<void> {
    return this.fetcher.close();
  }

  private emit(partition: PartitionQueue, output: ReaderOutput<T>): void {
    const { record, made, options, taker } = this;
    record.of(partition);
    made.count = 0;
    try {
      options.schema.deserialize(record, made);
    } catch (error) {
      this.bad(error, output);
      return;
    }
    for (let n = 0; n < made.count; n++) taker?.collect(made.records[n], record.timestamp);
  }

  private bad(error: unknown, output: ReaderOutput<T>): void {
    const { badRecords } = this.options;
    const { topic, partition, offset, timestamp, key, value } = this.record;
    const why = error instanceof Error ? error.message : String(error);
    if (badRecords.kind === 'fail') {
      throw new WeftError(
        'KAFKA_BAD_RECORD',
        `The record at offset ${offset} of ${nameOf({ topic, partition })} cannot be deserialized: ${why}`,
        { subject: `${nameOf({ topic, partition })}@${offset}`, cause: error },
      );
    }
    this.counters.badRecords.inc();
    if (badRecords.kind === 'skip') return;
    const bytes = (part: Buffer | null): Uint8Array | null => (part === null ? null : Uint8Array.from(part));
    output.output(badRecords.tag, {
      ...{ topic, partition, offset, timestamp, key: bytes(key), value: bytes(value), error: why },
    });
  }

  private openOutputs(output: ReaderOutput<T>): void {
    for (const { name } of this.partitions) {
      if (!this.outputs.has(name)) this.outputs.set(name, output.createOutputForSplit(name));
    }
  }

  private finish(partition: PartitionQueue, output: ReaderOutput<T>): void {
    this.current = undefined;
    this.partitions = this.partitions.filter((each) => each !== partition);
    this.fetcher.remove(partition);
    this.outputs.delete(partition.name);
    output.releaseOutputForSplit(partition.name);
  }

  /** The first partition in the order that has something; it goes to the end of the order. */
  private nextTurn(): void {
    const at = this.partitions.findIndex((partition) => partition.ended || (!partition.paused && !partition.isEmpty));
    this.current = at < 0 ? undefined : this.partitions[at];
    this.taker = this.outputs.get(this.current?.name ?? '');
    this.turnLeft = TURN_RECORDS;
    if (at >= 0) this.partitions.push(...this.partitions.splice(at, 1));
    this.fetcher.fetch();
  }

  private hasData(): boolean {
    return this.partitions.some((partition) => partition.ended || (!partition.paused && !partition.isEmpty));
  }

  private available(): void {
    const resolve = this.onAvailable;
    this.onAvailable = undefined;
    resolve?.();
  }
}

/** What the schema made of a record; emitted when it has returned, so that its failures are told from those downstream. */
class Made<T> implements Collector<T> {
  /** Those from `count` on are of records before. */
  readonly records: T[] = [];
  count = 0;

  readonly collect = (record: T): void => {
    this.records[this.count++] = record;
  };
}

/** The record that a partition's cursor stands at; one object for all of them. */
class CurrentRecord implements ConsumerRecord {
  private partitionQueue: PartitionQueue | undefined;

  of(partition: PartitionQueue): void {
    this.partitionQueue = partition;
  }

  get topic(): string {
    return this.at.topic;
  }

  get partition(): number {
    return this.at.partition;
  }

  get offset(): number {
    return this.cursor.offset;
  }

  get timestamp(): number {
    return this.cursor.timestampMs;
  }

  get key(): Buffer | null {
    return this.cursor.key();
  }

  get value(): Buffer | null {
    return this.cursor.value();
  }

  text(): string | null {
    return this.cursor.text();
  }

  headers(): ReturnType<ConsumerRecord['headers']> {
    return this.cursor.headers();
  }

  private get at(): PartitionQueue {
    return this.partitionQueue as PartitionQueue;
  }

  private get cursor(): NonNullable<PartitionQueue['cursor']> {
    return this.at.cursor as NonNullable<PartitionQueue['cursor']>;
  }
}
