import { MAIN_BELL, type Doorbells } from './doorbell.js';
import { SEALED, StateFlag, Word, type RingGroup } from './ring-group.js';

/** A place in a channel's byte stream, counted from its beginning; wraps at 2³², so that only differences mean something. */
export type StreamPosition = number;

/** The reading end of a ring: committed bytes are read in place, from `pos` up to `end`, absolute in the pool. */
export class RingConsumer {
  pos = 0;
  end = 0;
  /** Called before a chunk that is read goes back, while somebody looks at what was committed. */
  beforeRetire: (() => void) | undefined;
  /** Bytes of the chunks before the current one. */
  private before: StreamPosition = 0;
  private chunk = -1;
  private start = 0;
  private entry = 0;
  private read = 0;
  private readonly block: number;

  constructor(
    protected readonly group: RingGroup,
    protected readonly channel: number,
    private readonly bells: Doorbells,
  ) {
    this.block = group.blockAt(channel);
  }

  /** Finds more committed bytes, giving back chunks that are read. @returns whether there are any */
  refresh(): boolean {
    const { view } = this.group;
    while (this.pos >= this.end) {
      if (this.chunk >= 0) {
        const committed = Atomics.load(view, this.entry + 1);
        this.end = this.start + (committed & ~SEALED);
        if (this.pos < this.end) return true;
        if ((committed & SEALED) === 0) return false;
        this.beforeRetire?.();
        const { chunk } = this;
        this.before = (this.before + this.end - this.start) | 0;
        this.chunk = -1;
        this.read = (this.read + 1) | 0;
        this.retire(chunk);
      }
      if (Atomics.load(view, this.block + Word.tail) === this.read) return false;
      this.entry = this.group.entryAt(this.channel, this.read);
      this.chunk = view[this.entry] ?? 0;
      this.start = this.group.offsetOf(this.chunk);
      this.pos = this.start;
      this.end = this.start;
    }
    return true;
  }

  /** How far the stream was read. */
  get position(): StreamPosition {
    return this.chunk < 0 ? this.before : (this.before + this.pos - this.start) | 0;
  }

  /**
   * Shows what is committed from a position on, as far as its chunks were not given back.
   * @param visit gets a place in the pool, and a length
   * @returns the position behind it
   */
  visitCommitted(from: StreamPosition, visit: (offset: number, length: number) => void): StreamPosition {
    const { view } = this.group;
    const tail = Atomics.load(view, this.block + Word.tail);
    let at = this.before;
    for (let sequence = this.read; sequence !== tail; sequence = (sequence + 1) | 0) {
      const entry = this.group.entryAt(this.channel, sequence);
      const length = Atomics.load(view, entry + 1) & ~SEALED;
      const skipped = Math.max(0, (from - at) | 0);
      if (skipped < length) visit(this.group.offsetOf(view[entry] ?? 0) + skipped, length - skipped);
      at = (at + length) | 0;
    }
    return at;
  }

  /** Where the producer has cut the stream for a checkpoint; undefined: not yet. */
  cutOf(checkpointId: number): { at: StreamPosition; held: number } | undefined {
    const cut = this.latestCut;
    return cut.id === checkpointId ? cut : undefined;
  }

  /** The cut that the producer announced last, whatever checkpoint it is of. */
  protected get latestCut(): { id: number; at: StreamPosition; held: number } {
    const { view } = this.group;
    const id = Atomics.load(view, this.block + Word.cutId);
    return { id, at: Atomics.load(view, this.block + Word.cutAt), held: Atomics.load(view, this.block + Word.cutHeld) };
  }

  /** Lets the producer know how far its bytes are on their way to another process. */
  protected tellSent(): void {
    Atomics.store(this.group.view, this.block + Word.sentTo, this.position);
  }

  protected ringProducer(): void {
    this.bells.ring(this.group.view[this.block + Word.producerBell] ?? MAIN_BELL);
  }

  /** Committed bytes that are not read yet, over all chunks. */
  backlogBytes(): number {
    const { view } = this.group;
    const tail = Atomics.load(view, this.block + Word.tail);
    let bytes = this.chunk >= 0 ? this.start - this.pos : 0;
    for (let sequence = this.read; sequence !== tail; sequence = (sequence + 1) | 0) {
      bytes += Atomics.load(view, this.group.entryAt(this.channel, sequence) + 1) & ~SEALED;
    }
    return bytes;
  }

  get ended(): boolean {
    return (Atomics.load(this.group.view, this.block + Word.state) & StateFlag.ended) !== 0;
  }

  /** Whether the other end is gone. */
  get failed(): boolean {
    return (Atomics.load(this.group.view, this.block + Word.state) & StateFlag.failed) !== 0;
  }

  /** The producer finds out, when it next looks, that this end is gone. */
  fail(): void {
    Atomics.or(this.group.view, this.block + Word.state, StateFlag.failed);
    this.ringProducer();
  }

  /** A chunk is read to its end. */
  protected retire(chunk: number): void {
    this.giveBack(chunk);
  }

  /** The chunk is the producer's again; it is woken if it waits for one. */
  protected giveBack(chunk: number): void {
    const { view } = this.group;
    this.group.giveBack(chunk);
    const bell = view[this.block + Word.producerBell] ?? MAIN_BELL;
    if (bell === MAIN_BELL) {
      this.group.markDirty(this.channel);
      this.bells.ring(bell);
    } else if (Atomics.exchange(view, this.block + Word.waiting, 0) !== 0) this.bells.ring(bell);
  }
}
