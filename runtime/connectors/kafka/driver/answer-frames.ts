/**
 * Puts the answers of a broker together from what its socket reads: each comes behind its length. The bytes of an answer are copied
 * once, into a buffer of its own.
 */

const LENGTH_BYTES = 4;

export class AnswerFrames {
  private readonly length = Buffer.alloc(LENGTH_BYTES);
  private lengthFilled = 0;
  /** The answer that is coming. */
  private frame: Buffer | undefined;
  private filled = 0;

  /** @param take gets each answer whole, with its length in front */
  constructor(private readonly take: (frame: Buffer) => void) {}

  /** @param bytes are free again when this returns @throws RangeError when the sender speaks another protocol */
  add(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      at += this.frame === undefined ? this.addLength(bytes, at) : this.addRest(this.frame, bytes, at);
    }
  }

  private addLength(bytes: Buffer, at: number): number {
    const count = bytes.copy(this.length, this.lengthFilled, at);
    this.lengthFilled += count;
    if (this.lengthFilled < LENGTH_BYTES) return count;
    this.lengthFilled = 0;
    const length = this.length.readInt32BE(0);
    if (length < LENGTH_BYTES) throw new RangeError(`The broker announces an answer of ${length} bytes.`);
    this.frame = Buffer.allocUnsafe(LENGTH_BYTES + length);
    this.filled = this.length.copy(this.frame);
    return count;
  }

  private addRest(frame: Buffer, bytes: Buffer, at: number): number {
    const count = bytes.copy(frame, this.filled, at);
    this.filled += count;
    if (this.filled === frame.length) {
      this.frame = undefined;
      this.take(frame);
    }
    return count;
  }
}
