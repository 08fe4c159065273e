import type { PutTarget } from '../../serde/index.js';
import { MAIN_BELL, type Doorbells } from './doorbell.js';
import type { StreamPosition } from './ring-consumer.js';
import { SEALED, StateFlag, Word, type RingGroup } from './ring-group.js';
import type { PoolViews } from './segment-pool.js';

/** What is counted at the writing end. */
export interface ProducedCounters {
  bytesOut: number;
  buffersOut: number;
}

/**
 * The writing end of a ring. Bytes go straight into the current chunk; `publish` shows the consumer how far it is filled
 * without giving it up; a full chunk is sealed and the next one claimed. Not shared between threads.
 */
export class RingProducer implements PutTarget {
  readonly u8: Uint8Array;
  readonly dv: DataView;
  pos = 0;
  limit = 0;
  /** True: `limit` stays at `pos`, so that nothing gets past the slow path. */
  private held = false;
  private chunk = -1;
  private start = 0;
  private published = 0;
  private tail = 0;
  private entry = 0;
  /** Bytes of the chunks before the current one. */
  private before: StreamPosition = 0;
  private readonly block: number;

  constructor(
    views: PoolViews,
    protected readonly group: RingGroup,
    protected readonly channel: number,
    private readonly bells: Doorbells,
    private readonly counters: ProducedCounters,
  ) {
    this.u8 = views.u8;
    this.dv = views.dv;
    this.block = group.blockAt(channel);
  }

  /** Copies bytes in, sealing and claiming chunks as needed. @returns how many found room */
  append(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const room = this.roomInChunk();
      if (room === 0) {
        if (!this.nextChunk()) break;
        continue;
      }
      const count = Math.min(room, to - at);
      this.u8.set(bytes.subarray(at, at + count), this.pos);
      this.pos += count;
      at += count;
    }
    if (this.held) this.limit = this.pos;
    return at - from;
  }

  /** How far the stream was written. */
  get position(): StreamPosition {
    return (this.before + this.pos - this.start) | 0;
  }

  /** Says where the stream is cut for a checkpoint: see `Word.cutAt` and `Word.cutHeld`. */
  announceCut(checkpointId: number, at: StreamPosition, heldBytes: number): void {
    const { view } = this.group;
    // In this order: who sees a new one of these words, and reads them the other way round, sees those before it too.
    Atomics.store(view, this.block + Word.cutHeld, heldBytes);
    Atomics.store(view, this.block + Word.cutAt, at);
    Atomics.store(view, this.block + Word.cutId, checkpointId);
    this.wakeConsumer();
  }

  get hasUnpublished(): boolean {
    return this.pos !== this.published;
  }

  /** Shows the consumer what is written. The chunk stays the current one. */
  publish(): void {
    if (this.pos !== this.published) this.commit(this.roomInChunk() === 0 ? SEALED : 0);
  }

  /** Publishes, gives the chunk up, and says that nothing follows. */
  finish(): void {
    if (this.chunk >= 0) this.commit(SEALED);
    Atomics.or(this.group.view, this.block + Word.state, StateFlag.ended);
    this.wakeConsumer();
  }

  /** Whether the other end is gone. */
  get failed(): boolean {
    return (Atomics.load(this.group.view, this.block + Word.state) & StateFlag.failed) !== 0;
  }

  /** The consumer's next poll finds out that this end is gone. */
  fail(): void {
    Atomics.or(this.group.view, this.block + Word.state, StateFlag.failed);
    this.wakeConsumer();
  }

  /** Sends every record the slow way until it is let go: the consumer must be told something first. */
  hold(held: boolean): void {
    this.held = held;
    this.limit = held || this.chunk < 0 ? this.pos : this.start + this.group.chunkBytes;
  }

  /** Asks for a ring of the bell when a chunk comes back. A chunk may have come back just before: try again after it. */
  askForChunk(): void {
    Atomics.store(this.group.view, this.block + Word.waiting, 1);
  }

  /** Whether the other end is in another process: the main thread sends what is in the ring. */
  protected get isRemote(): boolean {
    return this.group.view[this.block + Word.consumerBell] === MAIN_BELL;
  }

  /** Up to where the main thread has sent, if the other end is in another process. */
  protected get sentTo(): StreamPosition {
    return Atomics.load(this.group.view, this.block + Word.sentTo);
  }

  /**
   * Copies what was written from a position on, all of which was published. Only for a ring whose group nobody else writes to: what the
   * main thread gives back meanwhile then stays as it is.
   */
  protected copyWritten(from: StreamPosition): Uint8Array {
    const { view } = this.group;
    let left = (this.position - from) | 0;
    const bytes = new Uint8Array(left);
    for (let sequence = (this.tail - 1) | 0; left > 0; sequence = (sequence - 1) | 0) {
      const entry = this.group.entryAt(this.channel, sequence);
      const end = this.group.offsetOf(view[entry] ?? 0) + ((view[entry + 1] ?? 0) & ~SEALED);
      const length = Math.min(left, (view[entry + 1] ?? 0) & ~SEALED);
      left -= length;
      bytes.set(this.u8.subarray(end - length, end), left);
    }
    return bytes;
  }

  protected claim(): number {
    const own = this.group.claimExclusive(this.channel);
    return own >= 0 ? own : this.group.claimFloating();
  }

  /** Seals the current chunk and claims another. @returns false when there is none */
  private nextChunk(): boolean {
    if (this.chunk >= 0) this.commit(SEALED);
    const chunk = this.claim();
    if (chunk < 0) return false;
    const { view } = this.group;
    this.chunk = chunk;
    this.start = this.group.offsetOf(chunk);
    this.pos = this.start;
    this.published = this.start;
    this.limit = this.start + this.group.chunkBytes;
    this.entry = this.group.entryAt(this.channel, this.tail);
    view[this.entry] = chunk;
    Atomics.store(view, this.entry + 1, 0);
    this.tail = (this.tail + 1) | 0;
    Atomics.store(view, this.block + Word.tail, this.tail);
    return true;
  }

  private roomInChunk(): number {
    return this.chunk < 0 ? 0 : this.start + this.group.chunkBytes - this.pos;
  }

  private commit(sealed: number): void {
    Atomics.store(this.group.view, this.entry + 1, (this.pos - this.start) | sealed);
    if (this.pos !== this.published) {
      this.counters.bytesOut += this.pos - this.published;
      this.counters.buffersOut++;
    }
    if (sealed !== 0) {
      this.chunk = -1;
      this.limit = this.pos;
      this.before = (this.before + this.pos - this.start) | 0;
      this.start = this.pos;
    }
    this.published = this.pos;
    this.wakeConsumer();
  }

  private wakeConsumer(): void {
    const bell = this.group.view[this.block + Word.consumerBell] ?? MAIN_BELL;
    if (bell === MAIN_BELL) this.group.markDirty(this.channel);
    this.bells.ring(bell);
  }
}
