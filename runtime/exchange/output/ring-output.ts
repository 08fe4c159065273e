import { RingProducer, type ProducedCounters } from '../memory/ring-producer.js';
import type { RingGroup } from '../memory/ring-group.js';
import type { Doorbells } from '../memory/doorbell.js';
import type { PoolViews } from '../memory/segment-pool.js';
import { WeftError } from '../../common/errors/index.js';
import type { StreamPosition } from '../memory/ring-consumer.js';
import { Overdraft } from './overdraft.js';
import { RingCut, type CutRing } from './ring-cut.js';

/** One channel of a writer that leaves the thread: a ring, and an overdraft for what does not fit into it now. */
export class RingOutput extends RingProducer implements CutRing {
  /** The version of the records' shape that the consumer was told. */
  shapeVersion = 0;
  private readonly overdraft = new Overdraft();
  private ending = false;

  /** @param peer who reads, for error messages */
  constructor(
    views: PoolViews,
    group: RingGroup,
    channel: number,
    bells: Doorbells,
    counters: ProducedCounters,
    private readonly peer: string,
  ) {
    super(views, group, channel, bells, counters);
  }

  /** Whether there is an overdraft. */
  get blocked(): boolean {
    return this.overdraft.length > 0;
  }

  /** Cuts the stream for a checkpoint: what is written from now on does not belong to it. */
  cut(checkpointId: number): RingCut {
    return new RingCut(this, checkpointId, (this.position + this.overdraft.length) | 0);
  }

  get handedOver(): StreamPosition {
    return this.isRemote ? this.sentTo : this.position;
  }

  copyFrom(from: StreamPosition, length: number): Uint8Array {
    const written = this.copyWritten(from);
    const bytes = Buffer.concat([written, this.overdraft.copy(Math.max(0, length - written.length))]);
    return bytes.subarray(0, length);
  }

  /** Takes an element, whatever room there is. */
  write(bytes: Uint8Array, from: number, to: number): void {
    if (this.blocked) {
      this.overdraft.push(bytes, from, to);
      return;
    }
    const taken = this.append(bytes, from, to);
    if (from + taken === to) return;
    this.overdraft.push(bytes, from + taken, to);
    this.relieve();
  }

  /** Moves what it can out of the overdraft, and asks to be woken for the rest. @throws EXCHANGE_PEER_LOST */
  relieve(): void {
    this.throwIfFailed();
    for (let asked = false; this.blocked; asked = true) {
      this.overdraft.drain((bytes, from, to) => this.append(bytes, from, to));
      if (asked) break;
      // Once more after asking: a chunk that came back just before the request would ring no bell.
      if (this.blocked) this.askForChunk();
    }
    if (this.ending && !this.blocked) this.finish();
  }

  /** Nothing follows what was written. */
  end(): void {
    this.ending = true;
    if (!this.blocked) this.finish();
  }

  /** @throws EXCHANGE_PEER_LOST */
  throwIfFailed(): void {
    if (this.failed) throw new WeftError('EXCHANGE_PEER_LOST', `The connection to ${this.peer} is lost.`);
  }
}
