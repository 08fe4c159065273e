/** Bytes that found no chunk: what one input record fans out to is always taken. On the producer's heap. */
export class Overdraft {
  private bytes = new Uint8Array(0);
  private start = 0;
  private end = 0;

  get length(): number {
    return this.end - this.start;
  }

  push(bytes: Uint8Array, from: number, to: number): void {
    const count = to - from;
    if (this.end + count > this.bytes.length) this.makeRoom(count);
    this.bytes.set(bytes.subarray(from, to), this.end);
    this.end += count;
  }

  /** A copy of the first bytes. */
  copy(length: number): Uint8Array {
    return this.bytes.slice(this.start, this.start + length);
  }

  /** Hands the bytes to `take`, which says how many it took. Gives the memory up when all are gone. */
  drain(take: (bytes: Uint8Array, from: number, to: number) => number): void {
    this.start += take(this.bytes, this.start, this.end);
    if (this.start < this.end) return;
    this.bytes = new Uint8Array(0);
    this.start = 0;
    this.end = 0;
  }

  private makeRoom(count: number): void {
    const size = Math.max(2 * this.length, this.length + count, 64 * 1024);
    const bytes = size > this.bytes.length ? new Uint8Array(size) : this.bytes;
    if (bytes === this.bytes) this.bytes.copyWithin(0, this.start, this.end);
    else bytes.set(this.bytes.subarray(this.start, this.end));
    this.bytes = bytes;
    this.end -= this.start;
    this.start = 0;
  }
}
