/**
 * The data protocol: frames of a fixed header and a payload. A consumer's TaskManager connects, proves itself with HELLO,
 * and subscribes to channels with an initial credit; the producer's sends DATA only on credit, each with what it still
 * has (backlog), and the consumer adds CREDIT as its chunks come free. Payloads of DATA are passed on as they arrive.
 */
import { WeftError } from '../../common/errors/index.js';

export const FrameType = {
  /** Consumer: who it is and what it wants, JSON. Once, first. */
  hello: 1,
  /** Consumer: from now on `channel` stands for the channel whose id is the payload; `amount` is its initial credit. */
  subscribe: 2,
  /** Consumer: `amount` more bytes may be sent. */
  credit: 3,
  /** Producer: bytes of the channel; `amount` is its backlog in bytes. */
  data: 4,
  /** Producer: everything of the channel has been sent. */
  end: 5,
  /** Producer: where the channel is cut for a checkpoint; overtakes what waits for credit. Its payload: `encodeCut`. */
  cut: 6,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export const HEADER_BYTES = 20;
const MAGIC = 0x57;
const VERSION = 1;

/** Most bytes of a DATA frame's payload. */
export const MAX_DATA_BYTES = 64 * 1024;
/** Most bytes of any other payload. */
const MAX_CONTROL_BYTES = 16 * 1024;

export interface FrameHeader {
  type: FrameType;
  channel: number;
  /** Counts the DATA and END frames of a channel; 0 for others. */
  sequence: number;
  length: number;
  /** Bytes of credit or backlog. */
  amount: number;
}

export function encodeHeader(header: FrameHeader): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  bytes[0] = MAGIC;
  bytes[1] = VERSION;
  bytes.writeUInt16LE(header.type, 2);
  bytes.writeUInt32LE(header.channel, 4);
  bytes.writeUInt32LE(header.sequence, 8);
  bytes.writeUInt32LE(header.length, 12);
  bytes.writeUInt32LE(header.amount, 16);
  return bytes;
}

export function encodeFrame(header: Omit<FrameHeader, 'length'>, payload: Uint8Array): Buffer {
  return Buffer.concat([encodeHeader({ ...header, length: payload.length }), payload]);
}

/** Where a channel's stream is cut: up to `at` through the channel, `heldBytes` more kept by the producer. */
export interface Cut {
  checkpointId: number;
  at: number;
  heldBytes: number;
}

export function encodeCut({ checkpointId, at, heldBytes }: Cut): Buffer {
  const bytes = Buffer.allocUnsafe(12);
  bytes.writeInt32LE(checkpointId, 0);
  bytes.writeInt32LE(at, 4);
  bytes.writeInt32LE(heldBytes, 8);
  return bytes;
}

/** @throws EXCHANGE_BAD_FRAME */
export function decodeCut(payload: Buffer): Cut {
  if (payload.length !== 12) throw badFrame('it is no cut');
  return { checkpointId: payload.readInt32LE(0), at: payload.readInt32LE(4), heldBytes: payload.readInt32LE(8) };
}

export interface FrameListener {
  /** Types that the other end may send. */
  readonly accepts: readonly FrameType[];
  /** A whole frame other than DATA. */
  onFrame(header: FrameHeader, payload: Buffer): void;
  /** The header of a DATA frame; its payload follows by `onData`. */
  onDataBegin(header: FrameHeader): void;
  /** A piece of the current DATA frame's payload; only valid during the call. */
  onData(piece: Buffer): void;
}

/** Cuts a byte stream into frames. @throws EXCHANGE_BAD_FRAME */
export class FrameParser {
  private readonly headerBytes = Buffer.alloc(HEADER_BYTES);
  private headerLength = 0;
  private header: FrameHeader | undefined;
  private remaining = 0;
  private payload: Buffer[] = [];

  constructor(private readonly listener: FrameListener) {}

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.header === undefined) {
        const count = Math.min(HEADER_BYTES - this.headerLength, chunk.length - at);
        chunk.copy(this.headerBytes, this.headerLength, at, at + count);
        this.headerLength += count;
        at += count;
        if (this.headerLength === HEADER_BYTES) this.begin();
      } else {
        const count = Math.min(this.remaining, chunk.length - at);
        this.take(this.header, chunk.subarray(at, at + count));
        at += count;
      }
    }
  }

  private begin(): void {
    const bytes = this.headerBytes;
    if (bytes[0] !== MAGIC || bytes[1] !== VERSION) throw badFrame('it does not begin like a frame of this version');
    const header: FrameHeader = {
      type: bytes.readUInt16LE(2) as FrameType,
      channel: bytes.readUInt32LE(4),
      sequence: bytes.readUInt32LE(8),
      length: bytes.readUInt32LE(12),
      amount: bytes.readUInt32LE(16),
    };
    if (!this.listener.accepts.includes(header.type)) throw badFrame(`type ${header.type} is not expected here`);
    const limit = header.type === FrameType.data ? MAX_DATA_BYTES : MAX_CONTROL_BYTES;
    if (header.length > limit) throw badFrame(`its length ${header.length} is over ${limit}`);
    this.header = header;
    this.headerLength = 0;
    this.remaining = header.length;
    this.payload = [];
    if (header.type === FrameType.data) this.listener.onDataBegin(header);
    if (header.length === 0) this.end(header);
  }

  private take(header: FrameHeader, piece: Buffer): void {
    this.remaining -= piece.length;
    if (header.type === FrameType.data) this.listener.onData(piece);
    else this.payload.push(Buffer.from(piece));
    if (this.remaining === 0) this.end(header);
  }

  private end(header: FrameHeader): void {
    this.header = undefined;
    if (header.type !== FrameType.data) this.listener.onFrame(header, Buffer.concat(this.payload));
  }
}

export function badFrame(why: string): WeftError {
  return new WeftError('EXCHANGE_BAD_FRAME', `A frame was refused: ${why}.`);
}
