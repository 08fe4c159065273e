/** What was fetched of one partition and is not emitted yet, and how far the partition is read. */
import { AbortedFilter } from '../records/aborted-filter.js';
import { checkBatch, readBatchHeader, RecordCursor, type BatchHeader } from '../records/batch-reader.js';
import { nameOf, type FetchedPartition, type TopicPartition } from '../driver/driver.js';
import type { KafkaSplit } from './kafka-split.js';

/** So many answers of the broker may wait. */
const MAX_CHUNKS = 2;

interface Chunk {
  readonly records: Buffer;
  readonly filter: AbortedFilter;
  at: number;
}

export class PartitionQueue implements TopicPartition {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
  readonly stopOffset: number;
  /** Of the next record that is not emitted yet. */
  position: number;
  /** From where to fetch. */
  fetchOffset: number;
  /** How far the partition goes, as the broker said last. */
  endOffset = 0;
  /** The records of the batch at hand. */
  cursor: RecordCursor | undefined;
  paused = false;
  /** Fetched again after an error only from this moment on, monotonic. */
  retryAtMs = 0;
  /** Since when the broker has said that there is no such partition, monotonic. */
  missingSinceMs: number | undefined;
  private batch: BatchHeader | undefined;
  private readonly chunks: Chunk[] = [];

  constructor(
    split: KafkaSplit,
    private readonly checksums: boolean,
    private readonly onlyCommitted: boolean,
  ) {
    this.topic = split.topic;
    this.partition = split.partition;
    this.name = nameOf(split);
    this.stopOffset = split.stopOffset ?? Infinity;
    this.position = this.fetchOffset = split.offset;
  }

  get wantsMore(): boolean {
    return !this.paused && this.chunks.length < MAX_CHUNKS && this.fetchOffset < this.stopOffset;
  }

  get isEmpty(): boolean {
    return this.cursor === undefined && this.chunks.length === 0;
  }

  get ended(): boolean {
    return this.position >= this.stopOffset;
  }

  split(): KafkaSplit {
    const { name, topic, partition, position, stopOffset } = this;
    return { splitId: name, topic, partition, offset: position, ...(stopOffset === Infinity ? {} : { stopOffset }) };
  }

  /** @throws KAFKA_BAD_BATCH */
  add({ records, aborted, endOffset }: FetchedPartition): void {
    this.endOffset = endOffset;
    let at = 0;
    for (;;) {
      const batch = readBatchHeader(records, at);
      if (batch === undefined) break;
      this.fetchOffset = batch.lastOffset + 1;
      at = batch.end;
    }
    // Cut off in the middle of its only batch it would be of no use; brokers send at least one whole.
    if (at > 0) this.chunks.push({ records, filter: new AbortedFilter(this.onlyCommitted ? aborted : null), at: 0 });
  }

  /** What was fetched is forgotten; reading goes on there. */
  seek(offset: number): void {
    this.chunks.length = 0;
    this.cursor = undefined;
    this.position = this.fetchOffset = offset;
  }

  /** Moves the cursor to the next record that is to be emitted. @returns false when there is none @throws KAFKA_BAD_BATCH */
  advance(): boolean {
    for (;;) {
      const { cursor } = this;
      if (cursor === undefined) {
        if (!this.nextBatch()) return false;
        continue;
      }
      while (cursor.next()) {
        if (cursor.offset < this.position) continue;
        if (cursor.offset >= this.stopOffset) {
          this.seek(this.stopOffset);
          return false;
        }
        this.position = cursor.offset + 1;
        return true;
      }
      this.cursor = undefined;
      this.pass(this.batch);
    }
  }

  /** Opens the next batch that has something to see. */
  private nextBatch(): boolean {
    for (;;) {
      const chunk = this.chunks[0];
      if (chunk === undefined) return false;
      const batch = readBatchHeader(chunk.records, chunk.at);
      if (batch === undefined) {
        this.chunks.shift();
        continue;
      }
      chunk.at = batch.end;
      if (this.checksums) checkBatch(chunk.records, batch);
      if (chunk.filter.sees(chunk.records, batch) && batch.lastOffset >= this.position) {
        this.batch = batch;
        this.cursor = new RecordCursor(chunk.records, batch);
        return true;
      }
      this.pass(batch);
    }
  }

  /** Marks, aborted records and what compaction left out count as read. */
  private pass(batch: BatchHeader | undefined): void {
    if (batch !== undefined && batch.lastOffset >= this.position) this.position = batch.lastOffset + 1;
  }
}
