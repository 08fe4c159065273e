/** Drives a source as a slot thread does: batch after batch, sleeping while the reader waits. */
import type { BatchResult, SourceOutlet, SourceReader } from '../../../runtime/connectors/index.js';

export class ReaderHarness {
  readonly records: unknown[] = [];
  readonly timestamps: number[] = [];
  /** What was said about event time. */
  readonly said: string[] = [];
  /** From which split a record came. */
  readonly splitOf = new Map<unknown, string>();
  readonly splitsOver: string[] = [];
  /** What went to side outputs, by their tags. */
  readonly sideOutputs = new Map<string, unknown[]>();
  private split = '';
  readonly room = { open: true };
  wakes = 0;
  failure: unknown;
  private wakened: () => void = () => undefined;

  readonly outlet: SourceOutlet = {
    emit: (record) => {
      this.splitOf.set(record, this.split);
      this.records.push(record);
    },
    emitted: new Float64Array(1),
    emitWithTimestamp: (record, timestampMs) => {
      this.records.push(record);
      this.timestamps.push(timestampMs);
    },
    output: ({ id }, record) => void this.sideOutputs.set(id, [...(this.sideOutputs.get(id) ?? []), record]),
    time: {
      emitWatermark: (watermarkMs) => void this.said.push(`watermark ${watermarkMs}`),
      markIdle: () => void this.said.push('idle'),
      enterSplit: (name) => {
        this.split = name;
        this.said.push(`split ${name}`);
      },
      endSplit: (name) => {
        this.splitsOver.push(name);
        this.said.push(`end of ${name}`);
      },
      finish: () => void this.said.push('over'),
    },
    room: this.room,
    wake: () => {
      this.wakes++;
      this.wakened();
    },
    fail: (error) => {
      this.failure ??= error;
      this.wakened();
    },
  };

  /** Pulls until the end. */
  async drain(reader: SourceReader, max = 100): Promise<unknown[]> {
    await reader.open?.();
    await this.pullUntil(reader, (result) => result === 'end', max);
    await reader.close?.();
    return this.records;
  }

  async pullUntil(reader: SourceReader, done: (result: BatchResult) => boolean, max = 100): Promise<void> {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        this.wakened = resolve;
      });
      const result = reader.nextBatch(max);
      if (this.failure !== undefined) throw this.failure as Error;
      if (done(result)) return;
      await (result === 'wait' ? woken : Promise.resolve());
      if (this.failure !== undefined) throw this.failure as Error;
    }
  }
}
