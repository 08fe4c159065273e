/**
 * The rings of one gate (or, for channels to other processes, of one output): their control words and the chunks that they
 * borrow. Each channel has its exclusive chunks; the floating ones go to whichever channel has filled its own.
 *
 * A chunk is a whole segment, or a part of one where a gate has very many channels: then the exclusive chunks of all
 * channels together stay within GATE_BUDGET_BYTES. The free chunks are bits in shared words: a producer claims by
 * clearing a bit, the consumer gives back by setting it, and a thread that dies leaves nothing locked.
 */
const HEADER_WORDS = 16;
const enum Header {
  channels,
  exclusive,
  floating,
  chunkBytes,
  /** Entries a ring: a power of two that holds all chunks a channel can have. */
  capacity,
}

/** The words of a channel before its masks and entries. */
export const enum Word {
  /** Entries published so far (wraps). */
  tail,
  /** StateFlag bits. */
  state,
  /** 1 = the producer found no chunk and wants its bell rung when one comes back. */
  waiting,
  producerBell,
  consumerBell,
  /** Towards another process: the position up to which bytes were handed to the socket. */
  sentTo,
  /** The checkpoint whose cut the next two words describe; 0 = none. */
  cutId,
  /** The position up to which what belongs before the cut goes through the ring. */
  cutAt,
  /** So many bytes behind that belong before the cut too: the producer keeps them in its own snapshot. */
  cutHeld,
}
const BLOCK_HEADER = 12;

export const enum StateFlag {
  /** The producer has published its end of partition. */
  ended = 1,
  /** The other end is gone. */
  failed = 2,
}

/** An entry's second word: how many bytes are committed, with this bit once there will be no more. */
export const SEALED = 1 << 30;

const GATE_BUDGET_BYTES = 4 * 1024 * 1024;
const MIN_CHUNK_BYTES = 1024;

/** How a gate's channels are laid out in memory. */
export interface GroupLayout {
  channels: number;
  exclusive: number;
  floating: number;
  chunkBytes: number;
  segments: number;
}

export function layOutGroup(channels: number, exclusive: number, floating: number, segmentBytes: number): GroupLayout {
  let chunkBytes = segmentBytes;
  while (channels * exclusive * chunkBytes > GATE_BUDGET_BYTES && chunkBytes >= 2 * MIN_CHUNK_BYTES) {
    chunkBytes = Math.floor(chunkBytes / 2);
  }
  const perSegment = Math.floor(segmentBytes / chunkBytes);
  const segments = Math.ceil((channels * exclusive + floating) / perSegment);
  return { channels, exclusive, floating, chunkBytes, segments };
}

export class RingGroup {
  readonly view: Int32Array;
  readonly chunkBytes: number;
  readonly channels: number;
  readonly capacity: number;
  private readonly exclusive: number;
  private readonly maskWords: number;
  private readonly floatAt = HEADER_WORDS;
  private readonly floatWords: number;
  private readonly dirtyAt: number;
  private readonly tableAt: number;
  private readonly blocksAt: number;
  private readonly stride: number;

  constructor(readonly control: SharedArrayBuffer) {
    const view = new Int32Array(control);
    const header = (word: Header) => view[word] ?? 0;
    this.view = view;
    this.channels = header(Header.channels);
    this.exclusive = header(Header.exclusive);
    this.chunkBytes = header(Header.chunkBytes);
    this.capacity = header(Header.capacity);
    const floating = header(Header.floating);
    this.floatWords = wordsFor(floating);
    this.maskWords = wordsFor(this.exclusive);
    this.dirtyAt = this.floatAt + this.floatWords;
    this.tableAt = this.dirtyAt + wordsFor(this.channels);
    this.blocksAt = this.tableAt + this.channels * this.exclusive + floating;
    this.stride = BLOCK_HEADER + this.maskWords + 2 * this.capacity;
  }

  /** @param segments numbers of the segments that the layout needs */
  static create(layout: GroupLayout, segments: readonly number[], segmentBytes: number): RingGroup {
    const { channels, exclusive, floating, chunkBytes } = layout;
    const capacity = 2 ** Math.ceil(Math.log2(exclusive + floating + 1));
    const chunks = channels * exclusive + floating;
    const stride = BLOCK_HEADER + wordsFor(exclusive) + 2 * capacity;
    const words = HEADER_WORDS + wordsFor(floating) + wordsFor(channels) + chunks + channels * stride;
    const control = new SharedArrayBuffer(words * 4);
    const view = new Int32Array(control);
    view[Header.channels] = channels;
    view[Header.exclusive] = exclusive;
    view[Header.floating] = floating;
    view[Header.chunkBytes] = chunkBytes;
    view[Header.capacity] = capacity;
    const group = new RingGroup(control);
    const perSegment = Math.floor(segmentBytes / chunkBytes);
    for (let i = 0; i < chunks; i++) {
      const segment = segments[Math.floor(i / perSegment)] ?? 0;
      view[group.tableAt + i] = segment * segmentBytes + (i % perSegment) * chunkBytes;
    }
    setBits(view, group.floatAt, floating);
    for (let channel = 0; channel < channels; channel++) setBits(view, group.maskAt(channel), exclusive);
    return group;
  }

  /** Where the words of a channel begin. */
  blockAt(channel: number): number {
    return this.blocksAt + channel * this.stride;
  }

  /** Where the two words of an entry are. */
  entryAt(channel: number, sequence: number): number {
    return this.maskAt(channel) + this.maskWords + 2 * (sequence & (this.capacity - 1));
  }

  /** The place of a chunk in the pool, bytes. */
  offsetOf(chunk: number): number {
    return this.view[this.tableAt + chunk] ?? 0;
  }

  /** A chunk of the channel's own. @returns -1 when all are in use */
  claimExclusive(channel: number): number {
    const bit = this.claimBit(this.maskAt(channel), this.maskWords);
    return bit < 0 ? -1 : channel * this.exclusive + bit;
  }

  /** A chunk that the channels of the gate share. @returns -1 when all are in use */
  claimFloating(): number {
    const bit = this.claimBit(this.floatAt, this.floatWords);
    return bit < 0 ? -1 : this.channels * this.exclusive + bit;
  }

  /** The chunk is free again. */
  giveBack(chunk: number): void {
    const floating = chunk - this.channels * this.exclusive;
    const bit = floating < 0 ? chunk % this.exclusive : floating;
    const at = floating < 0 ? this.maskAt(Math.floor(chunk / this.exclusive)) : this.floatAt;
    Atomics.or(this.view, at + (bit >>> 5), 1 << (bit & 31));
  }

  /** Notes that the main thread has something to do for the channel. */
  markDirty(channel: number): void {
    Atomics.or(this.view, this.dirtyAt + (channel >>> 5), 1 << (channel & 31));
  }

  /** Calls back for each channel that was marked since the last time. */
  takeDirty(visit: (channel: number) => void): void {
    const words = wordsFor(this.channels);
    for (let word = 0; word < words; word++) {
      if (Atomics.load(this.view, this.dirtyAt + word) === 0) continue;
      let bits = Atomics.exchange(this.view, this.dirtyAt + word, 0);
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        visit(word * 32 + bit);
      }
    }
  }

  private maskAt(channel: number): number {
    return this.blockAt(channel) + BLOCK_HEADER;
  }

  private claimBit(at: number, words: number): number {
    for (let word = 0; word < words; word++) {
      let bits = Atomics.load(this.view, at + word);
      while (bits !== 0) {
        const lowest = bits & -bits;
        const before = Atomics.and(this.view, at + word, ~lowest);
        // Another producer may have been faster with a floating chunk.
        if ((before & lowest) !== 0) return word * 32 + (31 - Math.clz32(lowest));
        bits = before & ~lowest;
      }
    }
    return -1;
  }
}

function wordsFor(bits: number): number {
  return Math.ceil(bits / 32);
}

function setBits(view: Int32Array, at: number, count: number): void {
  for (let bit = 0; bit < count; bit++) view[at + (bit >>> 5)] = (view[at + (bit >>> 5)] ?? 0) | (1 << (bit & 31));
}
