import type { LocalChannel } from './local-channel.js';
import { StreamBytes } from './stream-bytes.js';
import type { ChannelCapture, InFlight } from './types.js';

/** Writes down what waits in a channel within a thread, and what is put into it up to the producer's cut. */
export class LocalCapture implements ChannelCapture {
  private readonly bytes = new StreamBytes();
  /** Records and control elements that are written down, counted from the channel's beginning. */
  private records: number;
  private controls: number;
  private complete = false;

  constructor(
    private readonly channel: LocalChannel,
    private readonly checkpointId: number,
  ) {
    this.records = channel.read;
    this.controls = channel.controlsRead;
    this.advance();
  }

  advance(): boolean {
    const { channel } = this;
    if (this.complete) return true;
    const cut = channel.cutOf(this.checkpointId);
    const end = cut ?? { records: channel.written, controls: channel.controlsWritten };
    for (;;) {
      const control = this.controls < end.controls ? channel.controlAt(this.controls) : undefined;
      const until = control?.at ?? end.records;
      for (; this.records < until; this.records++) {
        this.bytes.record(channel.recordAt(this.records), channel.timestampAt(this.records));
      }
      if (control === undefined) break;
      this.controls++;
      this.bytes.control(control.tag, control.payload);
    }
    this.complete = cut !== undefined || channel.closed;
    return this.complete;
  }

  result(): InFlight | undefined {
    const bytes = this.bytes.all;
    return bytes.length === 0 ? undefined : { position: 0, shape: undefined, keys: [], bytes };
  }

  release(): void {
    this.complete = true;
  }
}
