import type { Doorbells } from '../memory/doorbell.js';
import { RingProducer } from '../memory/ring-producer.js';
import type { RingGroup } from '../memory/ring-group.js';
import type { PoolViews } from '../memory/segment-pool.js';

/**
 * The consumer's end of a channel from another process: the main thread fills a ring with what comes over the socket.
 * Credit is room in chunks that are already claimed, so that whatever was granted finds its place.
 */
export class RemoteInput extends RingProducer {
  /** The producer has sent everything. */
  done = false;
  nextSequence = 0;
  private readonly granted: number[] = [];
  /** Bytes that the producer may still send. */
  private outstanding = 0;
  private backlog = 0;

  constructor(
    views: PoolViews,
    group: RingGroup,
    channel: number,
    bells: Doorbells,
    readonly channelId: string,
  ) {
    super(views, group, channel, bells, { bytesOut: 0, buffersOut: 0 });
  }

  /** Claims what chunks it can: its own, and shared ones while the producer has more than its credit. @returns new credit, bytes */
  grant(): number {
    let bytes = 0;
    for (;;) {
      let chunk = this.group.claimExclusive(this.channel);
      if (chunk < 0 && this.backlog > this.outstanding + bytes) chunk = this.group.claimFloating();
      if (chunk < 0) break;
      this.granted.push(chunk);
      bytes += this.group.chunkBytes;
    }
    this.outstanding += bytes;
    return bytes;
  }

  /** A frame begins. @returns whether it is the next one and within the credit */
  expect(sequence: number, length: number, backlog: number): boolean {
    if (this.done || sequence !== this.nextSequence || length > this.outstanding) return false;
    this.nextSequence++;
    this.outstanding -= length;
    this.backlog = backlog;
    return true;
  }

  /** The producer's TaskManager is gone before the end. */
  lose(): void {
    if (!this.done) this.fail();
  }

  protected override claim(): number {
    return this.granted.shift() ?? -1;
  }
}
