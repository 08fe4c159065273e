import type { Socket } from 'node:net';
import type { Doorbells } from '../memory/doorbell.js';
import { RingConsumer } from '../memory/ring-consumer.js';
import type { RingGroup } from '../memory/ring-group.js';
import { encodeCut, encodeFrame, encodeHeader, FrameType, MAX_DATA_BYTES } from './frames.js';

/**
 * The producer's end of a channel to another process: a ring that the slot thread fills and the main thread reads,
 * writing to a socket straight from the shared memory. A chunk goes back only when the socket has taken its bytes.
 */
export class RemoteOutput extends RingConsumer {
  /** Nothing more will be sent: the end was, or there is nobody to send it to. */
  done = false;
  /** Like `done`, and the operating system has taken all of it. */
  delivered = false;
  private credit = 0;
  private sequence = 0;
  private number = 0;
  private socket: Socket | undefined;
  private wake: (() => void) | undefined;
  private writesIssued = 0;
  private writesDone = 0;
  private retired: { chunk: number; afterWrite: number }[] = [];
  /** The cut that the consumer was told last. */
  private cutTold = { id: 0, at: 0 };
  /** The producer wants to know when that much is sent. */
  private sentAwaited = false;

  /** @param consumer resource id of the TaskManager that may subscribe */
  constructor(
    private readonly memory: SharedArrayBuffer,
    group: RingGroup,
    channel: number,
    bells: Doorbells,
    readonly channelId: string,
    readonly consumer: string,
  ) {
    super(group, channel, bells);
  }

  get subscribed(): boolean {
    return this.socket !== undefined;
  }

  /** @param wake called when the ring may have something to send */
  subscribe(socket: Socket, number: number, credit: number, wake: () => void): void {
    this.socket = socket;
    this.wake = wake;
    this.number = number;
    this.credit = credit;
  }

  /** The slot thread has published something. */
  poke(): void {
    this.wake?.();
  }

  addCredit(bytes: number): void {
    this.credit += bytes;
  }

  /**
   * Sends one frame if there is something to send and credit for it.
   * @param written called when the socket has taken it
   * @returns whether another frame could follow now
   */
  sendFrame(written: () => void): boolean {
    const { socket } = this;
    if (socket === undefined || this.done) return false;
    // The flag is read first: what was published before it is then seen too.
    const ended = this.ended;
    this.sendCut(socket);
    if (!this.refresh()) {
      if (ended) this.sendEnd(socket, written);
      return false;
    }
    const length = Math.min(this.end - this.pos, this.credit, MAX_DATA_BYTES);
    if (length === 0) return false;
    const payload = Buffer.from(this.memory, this.pos, length);
    this.pos += length;
    this.credit -= length;
    this.tellSent();
    this.ringWhenSent();
    this.writesIssued++;
    socket.write(this.header(FrameType.data, length, this.backlogBytes()));
    socket.write(payload, () => {
      this.writesDone++;
      this.giveBackRetired();
      written();
    });
    return true;
  }

  /** A cut overtakes what waits for credit: the consumer counts bytes, and knows where it is. */
  private sendCut(socket: Socket): void {
    const { id, at, held } = this.latestCut;
    if (id === 0 || (id === this.cutTold.id && at === this.cutTold.at)) return;
    this.cutTold = { id, at };
    this.sentAwaited = true;
    const cut = encodeCut({ checkpointId: id, at, heldBytes: held });
    socket.write(encodeFrame({ type: FrameType.cut, channel: this.number, sequence: 0, amount: 0 }, cut));
    this.ringWhenSent();
  }

  private ringWhenSent(): void {
    if (!this.sentAwaited || ((this.position - this.cutTold.at) | 0) < 0) return;
    this.sentAwaited = false;
    this.ringProducer();
  }

  /** Nobody reads any more: the producer is told, unless all was sent. */
  lose(): void {
    this.socket = undefined;
    this.wake = undefined;
    this.delivered = true;
    if (this.done) return;
    this.done = true;
    this.fail();
  }

  protected override retire(chunk: number): void {
    this.retired.push({ chunk, afterWrite: this.writesIssued });
    this.giveBackRetired();
  }

  private giveBackRetired(): void {
    while (this.retired[0] !== undefined && this.retired[0].afterWrite <= this.writesDone) {
      this.giveBack(this.retired[0].chunk);
      this.retired.shift();
    }
  }

  private sendEnd(socket: Socket, written: () => void): void {
    this.done = true;
    socket.write(this.header(FrameType.end, 0, 0), () => {
      this.delivered = true;
      written();
    });
  }

  private header(type: FrameType, length: number, amount: number): Buffer {
    return encodeHeader({ type, channel: this.number, sequence: this.sequence++, length, amount });
  }
}
