import { connect, type Socket } from 'node:net';
import type { Logger } from '../../common/log/logger.js';
import {
  badFrame,
  decodeCut,
  encodeFrame,
  encodeHeader,
  FrameParser,
  FrameType,
  type FrameHeader,
  type FrameListener,
} from './frames.js';
import type { Hello } from './producer-session.js';
import type { RemoteInput } from './remote-input.js';
import type { DataAddress } from '../types.js';

const READ_BYTES = 64 * 1024;

/** The connection to a producer's TaskManager for one job attempt: fills the rings of its channels, and grants credit. */
export class ConsumerLink implements FrameListener {
  readonly accepts = [FrameType.data, FrameType.end, FrameType.cut];
  private readonly channels: RemoteInput[] = [];
  private readonly numbers = new Map<RemoteInput, number>();
  private readonly socket: Socket;
  private readonly parser = new FrameParser(this);
  /** What is read is copied into the rings at once: one buffer for ever, where a socket would make a new one each time. */
  private readonly read = Buffer.allocUnsafeSlow(READ_BYTES);
  /** Channels that got bytes since the last publication. */
  private readonly touched = new Set<RemoteInput>();
  private current: RemoteInput | undefined;

  constructor(
    address: DataAddress,
    hello: Hello,
    private readonly log: Logger,
  ) {
    const { host, port } = address;
    this.socket = connect({ host, port, noDelay: true, onread: { buffer: this.read, callback: this.onRead } });
    this.socket.write(
      encodeFrame({ type: FrameType.hello, channel: 0, sequence: 0, amount: 0 }, Buffer.from(JSON.stringify(hello))),
    );
    this.socket.on('error', (error) => log.warn({ err: error, peer: hello.producer }, 'data connection failed'));
    this.socket.on('close', () => this.lose());
  }

  subscribe(channel: RemoteInput): void {
    const number = this.channels.push(channel) - 1;
    this.numbers.set(channel, number);
    if (this.socket.destroyed) {
      channel.lose();
      return;
    }
    this.socket.write(
      encodeFrame(
        { type: FrameType.subscribe, channel: number, sequence: 0, amount: channel.grant() },
        Buffer.from(channel.channelId),
      ),
    );
  }

  /** Chunks of the channel came back, or its producer has more to send. */
  replenish(channel: RemoteInput): void {
    const amount = channel.done ? 0 : channel.grant();
    if (amount === 0 || this.socket.destroyed) return;
    const number = this.numbers.get(channel) ?? 0;
    this.socket.write(encodeHeader({ type: FrameType.credit, channel: number, sequence: 0, length: 0, amount }));
  }

  close(): void {
    this.socket.destroy();
  }

  onFrame(header: FrameHeader, payload: Buffer): void {
    const channel = this.channelOf(header);
    if (header.type === FrameType.cut) {
      const { checkpointId, at, heldBytes } = decodeCut(payload);
      channel.announceCut(checkpointId, at, heldBytes);
      return;
    }
    if (!channel.expect(header.sequence, 0, 0)) throw badFrame('it is out of order');
    channel.publish();
    channel.finish();
    channel.done = true;
  }

  onDataBegin(header: FrameHeader): void {
    const channel = this.channelOf(header);
    if (!channel.expect(header.sequence, header.length, header.amount)) {
      throw badFrame('it is out of order or beyond the credit');
    }
    this.current = channel;
    this.touched.add(channel);
  }

  onData(piece: Buffer): void {
    const taken = this.current?.append(piece, 0, piece.length);
    if (taken !== piece.length) throw badFrame('its payload found no room');
  }

  private readonly onRead = (bytes: number): boolean => {
    this.receive(this.read.subarray(0, bytes));
    return true;
  };

  private receive(chunk: Buffer): void {
    try {
      this.parser.push(chunk);
    } catch (error) {
      this.log.error({ err: error }, 'a producer broke the data protocol; its connection is closed');
      this.socket.destroy();
    }
    for (const channel of this.touched) {
      channel.publish();
      this.replenish(channel);
    }
    this.touched.clear();
  }

  private channelOf(header: FrameHeader): RemoteInput {
    const channel = this.channels[header.channel];
    if (channel === undefined) throw badFrame(`channel ${header.channel} is unknown`);
    return channel;
  }

  private lose(): void {
    for (const channel of this.channels) channel.lose();
  }
}
