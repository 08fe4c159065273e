/** The buffers in which batches are made. Each is used again once the broker has its batch: memory of their size costs to get. */

/** More than this is not kept while it is free. */
const MOST_FREE = 8;

export class BatchBuffers {
  private readonly free: Buffer[] = [];

  /** @param sizeBytes of each */
  constructor(private readonly sizeBytes: number) {}

  take(): Buffer {
    return this.free.pop() ?? Buffer.allocUnsafeSlow(this.sizeBytes);
  }

  /** @param batch what was made in a buffer: nobody may look at it any more */
  giveBack({ buffer }: Buffer): void {
    // A batch that outgrew its buffer lies in another one.
    if (buffer.byteLength === this.sizeBytes && this.free.length < MOST_FREE) this.free.push(Buffer.from(buffer));
  }
}
