import type { Socket } from 'node:net';
import { Type, type Static } from 'typebox';
import { requireFit } from '../../common/wire/validators.js';
import { badFrame, FrameParser, FrameType, type FrameHeader, type FrameListener } from './frames.js';
import type { RemoteOutput } from './remote-output.js';

export const HelloSchema = Type.Object({
  token: Type.String(),
  jobId: Type.String(),
  attempt: Type.Integer({ minimum: 0 }),
  /** Resource id of the TaskManager that connects. */
  consumer: Type.String(),
  /** Resource id of the TaskManager that it means to reach. */
  producer: Type.String(),
  /** It wants what the partition of a blocking edge holds for this channel, and nothing else: answered by DATA and END. */
  fetch: Type.Optional(Type.String()),
});
export type Hello = Static<typeof HelloSchema>;

/** What a session asks of the TaskManager's network. */
export interface SessionHost {
  /** @throws AUTH_BAD_TOKEN, EXCHANGE_BAD_FRAME */
  admit(session: ProducerSession, hello: Hello): void;
  /** Finds the channel now or when it is prepared, and then calls `attach`. @throws EXCHANGE_BAD_FRAME */
  subscribe(session: ProducerSession, subscription: Subscription): void;
  /** Everything of all subscribed channels has been sent. */
  onDelivered(session: ProducerSession): void;
}

export interface Subscription {
  number: number;
  channelId: string;
  credit: number;
}

/** More than this waiting in the socket: the other channels' turn comes later. */
const HIGH_WATER_BYTES = 512 * 1024;

/** A connection from a consumer's TaskManager: sends it the channels that it subscribed to, in turn, on credit. */
export class ProducerSession implements FrameListener {
  hello: Hello | undefined;
  readonly channels = new Map<number, RemoteOutput>();
  /** Subscriptions whose channel is not prepared yet: credit that comes meanwhile is kept. */
  private readonly waiting = new Map<number, Subscription>();
  private readonly ready = new Set<RemoteOutput>();
  private readonly parser = new FrameParser(this);

  constructor(
    readonly socket: Socket,
    private readonly host: SessionHost,
  ) {}

  get accepts(): readonly FrameType[] {
    return this.hello === undefined ? [FrameType.hello] : [FrameType.subscribe, FrameType.credit];
  }

  /** @throws EXCHANGE_BAD_FRAME, AUTH_BAD_TOKEN */
  receive(chunk: Buffer): void {
    this.parser.push(chunk);
  }

  onFrame(header: FrameHeader, payload: Buffer): void {
    if (header.type === FrameType.hello) this.onHello(payload);
    else if (header.type === FrameType.subscribe) this.onSubscribe(header, payload);
    else this.onCredit(header);
  }

  onDataBegin(): void {}

  onData(): void {}

  /** The channel of a subscription is there. */
  attach(subscription: Subscription, channel: RemoteOutput): void {
    this.waiting.delete(subscription.number);
    channel.subscribe(this.socket, subscription.number, subscription.credit, () => this.wake(channel));
    this.channels.set(subscription.number, channel);
    this.wake(channel);
  }

  /** There may be something to send on the channel. */
  private wake(channel: RemoteOutput): void {
    this.ready.add(channel);
    this.send();
  }

  lose(): void {
    for (const channel of this.channels.values()) channel.lose();
    this.channels.clear();
    this.ready.clear();
  }

  private send(): void {
    if (this.socket.destroyed) return;
    this.socket.cork();
    for (const channel of this.ready) {
      if (this.socket.writableLength >= HIGH_WATER_BYTES) break;
      this.ready.delete(channel);
      // At the end of the set again: each channel sends one frame, then it is the next one's turn.
      if (channel.sendFrame(this.written)) this.ready.add(channel);
    }
    this.socket.uncork();
  }

  private readonly written = () => {
    if (this.ready.size > 0 && this.socket.writableLength < HIGH_WATER_BYTES / 2) this.send();
    if (this.channels.size > 0 && [...this.channels.values()].every((channel) => channel.delivered)) {
      this.host.onDelivered(this);
    }
  };

  private onHello(payload: Buffer): void {
    let hello: unknown;
    try {
      hello = JSON.parse(payload.toString('utf8'));
    } catch {
      throw badFrame('the greeting is not JSON');
    }
    requireFit(HelloSchema, hello, 'EXCHANGE_BAD_FRAME', 'The greeting was refused');
    this.host.admit(this, hello as Hello);
    this.hello = hello as Hello;
  }

  private onSubscribe(header: FrameHeader, payload: Buffer): void {
    if (this.channels.has(header.channel) || this.waiting.has(header.channel)) {
      throw badFrame(`channel ${header.channel} is subscribed twice`);
    }
    const subscription = { number: header.channel, channelId: payload.toString('utf8'), credit: header.amount };
    this.waiting.set(header.channel, subscription);
    this.host.subscribe(this, subscription);
  }

  private onCredit(header: FrameHeader): void {
    const waiting = this.waiting.get(header.channel);
    const channel = this.channels.get(header.channel);
    if (waiting !== undefined) waiting.credit += header.amount;
    else if (channel !== undefined) {
      channel.addCredit(header.amount);
      this.wake(channel);
    } else throw badFrame(`channel ${header.channel} is unknown`);
  }
}
