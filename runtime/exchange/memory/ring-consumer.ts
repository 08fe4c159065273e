import { MAIN_BELL, type Doorbells } from './doorbell.js';
import { SEALED, StateFlag, Word, type RingGroup } from './ring-group.js';

/** The reading end of a ring: committed bytes are read in place, from `pos` up to `end`, absolute in the pool. */
export class RingConsumer {
  pos = 0;
  end = 0;
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
        const { chunk } = this;
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
    this.bells.ring(this.group.view[this.block + Word.producerBell] ?? MAIN_BELL);
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
