import type { StreamPosition } from '../memory/ring-consumer.js';
import type { ChannelCut, InFlightTail } from '../types.js';

/** What a cut needs of the channel that it is in. */
export interface CutRing {
  /** Up to where the bytes are where the consumer can see them, or on their way there. */
  readonly handedOver: StreamPosition;
  /** Shows the consumer all that is written. */
  publish(): void;
  announceCut(checkpointId: number, at: StreamPosition, heldBytes: number): void;
  /** Copies from a position that is not handed over, or just was. */
  copyFrom(from: StreamPosition, length: number): Uint8Array;
}

/** A cut in a channel that leaves the thread. What belongs before it may still be with the producer. */
export class RingCut implements ChannelCut {
  constructor(
    private readonly ring: CutRing,
    private readonly checkpointId: number,
    private readonly at: StreamPosition,
  ) {
    ring.announceCut(checkpointId, at, 0);
  }

  get passed(): boolean {
    return ((this.ring.handedOver - this.at) | 0) >= 0;
  }

  takeTail(): InFlightTail | undefined {
    // What the consumer copies must be seen by it now, and not only when the buffer timeout is over.
    this.ring.publish();
    const position = this.ring.handedOver;
    const length = (this.at - position) | 0;
    if (length <= 0) return undefined;
    const bytes = this.ring.copyFrom(position, length);
    this.ring.announceCut(this.checkpointId, position, length);
    return { position, bytes };
  }
}
