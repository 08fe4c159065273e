/**
 * A slot's network whose outputs hold one record: each is full after a record, and still full at the first look that follows.
 * It shows whether an operator waits for room, as it must when its consumer is slow.
 */
import type { OutputCounters, RecordWriter, SlotNetwork, WriterOptions } from '../../exchange/index.js';

export class OneBufferNetwork implements SlotNetwork {
  private readonly writers: OneBufferWriter[] = [];

  constructor(private readonly inner: SlotNetwork) {}

  get doorbell(): SlotNetwork['doorbell'] {
    return this.inner.doorbell;
  }

  /** Whether an output is full. */
  get full(): boolean {
    return this.writers.some((writer) => writer.full);
  }

  /** The most records that an output was given without having had room in between: what one record fans out to. */
  get peakRecords(): number {
    return Math.max(0, ...this.writers.map((writer) => writer.peakRecords));
  }

  createWriter<T>(executionId: string, edgeId: string, options: WriterOptions<T>): RecordWriter<T> {
    const writer = new OneBufferWriter(this.inner.createWriter(executionId, edgeId, options));
    this.writers.push(writer as unknown as OneBufferWriter);
    return writer;
  }

  createGate: SlotNetwork['createGate'] = (...args) => this.inner.createGate(...args);
}

class OneBufferWriter<T = unknown> implements RecordWriter<T> {
  peakRecords = 0;
  private records = 0;
  private refused = false;
  readonly emit: (record: T) => void;

  constructor(private readonly inner: RecordWriter<T>) {
    this.emit = (record) => {
      this.records++;
      this.peakRecords = Math.max(this.peakRecords, this.records);
      inner.emit(record);
    };
  }

  get full(): boolean {
    return this.records > 0;
  }

  get available(): boolean {
    return !this.full && this.inner.available;
  }

  retry(): boolean {
    if (this.full && !this.refused) {
      this.refused = true;
      return false;
    }
    this.records = 0;
    this.refused = false;
    return this.inner.retry();
  }

  flushExpired(nowMs: number): number {
    return this.inner.flushExpired(nowMs);
  }

  flush(): void {
    this.inner.flush();
  }

  broadcastControl(...args: Parameters<RecordWriter['broadcastControl']>): void {
    this.inner.broadcastControl(...args);
  }

  cut(checkpointId: number): ReturnType<RecordWriter['cut']> {
    return this.inner.cut(checkpointId);
  }

  end(): void {
    this.inner.end();
  }

  get drained(): boolean {
    return !this.full && this.inner.drained;
  }

  get channelCount(): number {
    return this.inner.channelCount;
  }

  get counters(): OutputCounters {
    return this.inner.counters;
  }
}
