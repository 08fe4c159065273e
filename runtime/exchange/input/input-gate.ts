import type { LocalChannel } from '../local-channel.js';
import type { ChannelCapture, InputCounters, InputGate, InputHandler, RecordKey, RecordTime } from '../types.js';
import type { RingInput } from './ring-input.js';

/** A subtask's input along one job edge: its channels in turn, each poll beginning at another one. */
export class EdgeGate<T> implements InputGate<T> {
  private readonly blocked: boolean[];
  private next = 0;

  constructor(
    private readonly channels: readonly (RingInput | LocalChannel)[],
    private readonly isFinished: (channel: RingInput | LocalChannel) => boolean,
    private readonly time: RecordTime,
    private readonly recordKey: RecordKey,
    readonly counters: InputCounters,
  ) {
    this.blocked = channels.map(() => false);
  }

  get channelCount(): number {
    return this.channels.length;
  }

  poll(handler: InputHandler<T>, maxRecords: number): number {
    const { channels, recordKey } = this;
    let count = 0;
    for (let turn = 0; turn < channels.length && count < maxRecords; turn++) {
      const index = this.next;
      this.next = index + 1 === channels.length ? 0 : index + 1;
      const channel = channels[index];
      if (channel === undefined || this.blocked[index]) continue;
      recordKey.kept = channel.kept;
      count += channel.poll(handler, maxRecords - count, index, this.time, recordKey);
      if (channel.stopped) {
        channel.stopped = false;
        break;
      }
    }
    this.counters.recordsIn += count;
    return count;
  }

  get finished(): boolean {
    return this.channels.every(this.isFinished);
  }

  block(channel: number): void {
    this.blocked[channel] = true;
  }

  unblock(channel: number): void {
    this.blocked[channel] = false;
  }

  capture(channel: number, checkpointId: number): ChannelCapture | undefined {
    return this.channels[channel].capture(checkpointId);
  }

  ended(channel: number): boolean {
    return this.isFinished(this.channels[channel]);
  }
}
