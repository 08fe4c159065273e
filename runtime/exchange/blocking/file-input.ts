import { closeSync, openSync, readSync } from 'node:fs';
import { WeftError } from '../../common/errors/index.js';
import { RingInput, type GateShare } from '../input/ring-input.js';
import type { Doorbells } from '../memory/doorbell.js';
import type { RingGroup } from '../memory/ring-group.js';
import { RingProducer } from '../memory/ring-producer.js';
import type { PoolViews } from '../memory/segment-pool.js';
import type { InputHandler } from '../types.js';
import { guarded, piecesOf, type Pieces } from './partition-file.js';

/** Bytes that are read at once, by all channels of a thread in turn. */
const scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** One channel of a blocking edge at its consumer: what the file holds for it comes through a ring of this thread alone. */
export class FileInput extends RingInput {
  private readonly feeder: RingProducer;
  private pieces: Pieces | undefined;
  private fd = -1;
  /** Of the piece at hand in `pieces`, and how many of its bytes are read. */
  private piece = 0;
  private taken = 0;

  /** @param whose subtask's pieces of the file */
  constructor(
    views: PoolViews,
    group: RingGroup,
    channel: number,
    bells: Doorbells,
    share: GateShare,
    private readonly path: string,
    private readonly whose: number,
  ) {
    super(views, group, channel, bells, share, `the file ${path}`);
    this.feeder = new RingProducer(views, group, channel, bells, { bytesOut: 0, buffersOut: 0 });
  }

  /** @throws EXCHANGE_PEER_LOST, EXCHANGE_PARTITION_FAILED, SERDE_CORRUPT */
  override poll(handler: InputHandler, max: number, index: number): number {
    let count = 0;
    let fed: boolean;
    // A record may need many chunks: as long as some come, it is worth another look.
    do {
      fed = this.feed();
      count += super.poll(handler, max - count, index);
    } while (fed && count < max && !this.stopped && !this.finished);
    return count;
  }

  /** Fills the ring. @returns whether there was anything to put into it, and room */
  private feed(): boolean {
    if (this.pieces === undefined) this.open();
    const { pieces = [] } = this;
    let fed = false;
    while (this.piece < pieces.length) {
      const offset = (pieces[this.piece] ?? 0) + this.taken;
      const rest = (pieces[this.piece + 1] ?? 0) - this.taken;
      const read = guarded(this.path, () => readSync(this.fd, scratch, 0, Math.min(rest, scratch.length), offset));
      if (read === 0) throw new WeftError('SERDE_CORRUPT', `The result partition ${this.path} ends too early.`);
      const put = this.feeder.append(scratch, 0, read);
      this.taken += put;
      fed ||= put > 0;
      if (put === rest) this.nextPiece();
      if (put < read) break;
    }
    this.feeder.publish();
    return fed;
  }

  private open(): void {
    this.pieces = piecesOf(this.path, this.whose);
    if (this.pieces.length > 0) this.fd = guarded(this.path, () => openSync(this.path, 'r'));
  }

  private nextPiece(): void {
    this.piece += 2;
    this.taken = 0;
    if (this.piece < (this.pieces?.length ?? 0)) return;
    this.feeder.publish();
    closeSync(this.fd);
  }
}
