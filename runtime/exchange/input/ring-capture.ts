import type { StreamPosition } from '../memory/ring-consumer.js';
import type { ChannelCapture, InFlight } from '../types.js';
import type { RingInput } from './ring-input.js';

/** Copies what a ring brings for its consumer, beside the reading, from the consumer's snapshot up to the producer's cut. */
export class RingCapture implements ChannelCapture {
  private readonly begin: InFlight;
  private readonly pieces: Uint8Array[] = [];
  /** How far the ring is copied. */
  private copied: StreamPosition;
  private complete = false;
  private cut: { at: StreamPosition; held: number } | undefined;

  constructor(
    private readonly ring: RingInput,
    private readonly checkpointId: number,
  ) {
    this.begin = ring.standing();
    this.copied = ring.position;
    ring.beforeRetire = () => void this.advance();
    this.advance();
  }

  advance(): boolean {
    if (this.complete) return true;
    const { ring } = this;
    // What was published before the end, or the cut, is seen when these are.
    const { ended } = ring;
    this.cut = ring.cutOf(this.checkpointId);
    this.copied = ring.visitCommitted(this.copied, (offset, length) => {
      this.pieces.push(ring.u8.slice(offset, offset + length));
    });
    if (ended || (this.cut !== undefined && ((this.copied - this.cut.at) | 0) >= 0)) this.release();
    return this.complete;
  }

  result(): InFlight | undefined {
    const { begin, cut } = this;
    const all = Buffer.concat([begin.bytes, ...this.pieces]);
    const bytes = cut === undefined ? all : all.subarray(0, Math.max(0, (cut.at - begin.position) | 0));
    return bytes.length === 0 && (cut?.held ?? 0) === 0 ? undefined : { ...begin, bytes };
  }

  release(): void {
    this.complete = true;
    this.ring.beforeRetire = undefined;
  }
}
