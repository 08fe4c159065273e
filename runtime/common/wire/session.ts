/**
 * One side of a session: numbering, acknowledgement, resending after a reconnect, dropping of repeats, and matching of
 * answers to requests. It knows no socket: an edge feeds it frames and gives it something to send with.
 */
import type { Clock } from '../clock.js';
import { WeftError, fromWireError, toWireError } from '../errors/index.js';
import type { Frame, SequencedFrame, Unsequenced } from './frames.js';
import type { Handlers, Methods, NoticeNames, ParamsOf, RequestMethod, RequestNames, ResultOf } from './protocol.js';
import { requireFit } from './validators.js';

export interface CallOptions {
  /** @default 10 000 */
  timeoutMs?: number;
}

interface PendingCall {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: Error): void;
  cancelTimeout(): void;
}

const ACK_EVERY_FRAMES = 32;
const DEFAULT_TIMEOUT_MS = 10_000;

export class Session<Local extends Methods, Remote extends Methods> {
  private send: ((frame: Frame) => void) | undefined;
  private sentSeq = 0;
  private receivedSeq = 0;
  private ackedSeq = 0;
  private nextCallId = 1;
  private closed: Error | undefined;
  private readonly unacknowledged: SequencedFrame[] = [];
  private readonly calls = new Map<number, PendingCall>();

  constructor(
    readonly id: string,
    private readonly protocolName: string,
    private readonly local: Local,
    private readonly remote: Remote,
    private readonly handlers: Handlers<Local>,
    private readonly clock: Clock,
  ) {}

  /** The last sequence number that arrived; told to the peer on reconnect. */
  get received(): number {
    return this.receivedSeq;
  }

  get connected(): boolean {
    return this.send !== undefined;
  }

  /** A socket is there. Everything that the peer has not received yet goes out again, in order. */
  attach(send: (frame: Frame) => void, peerReceived: number): void {
    this.send = send;
    this.forgetAcknowledged(peerReceived);
    for (const frame of this.unacknowledged) send(frame);
  }

  detach(): void {
    this.send = undefined;
  }

  /** The peer does not know this session any more: numbering starts anew and open calls fail (retry is up to the caller). */
  reset(): void {
    this.sentSeq = 0;
    this.receivedSeq = 0;
    this.ackedSeq = 0;
    this.unacknowledged.length = 0;
    this.failCalls(new WeftError('WIRE_CLOSED', `${this.protocolName}: the peer was restarted before it answered.`));
  }

  /** Ends the session for good; open and later calls fail. */
  close(reason?: Error): void {
    this.closed ??= reason ?? new WeftError('WIRE_CLOSED', `${this.protocolName}: the connection is closed.`);
    this.send = undefined;
    this.unacknowledged.length = 0;
    this.failCalls(this.closed);
  }

  /** Calls a method of the peer. While the connection is down the call waits for it to come back, within its timeout. */
  call<K extends RequestNames<Remote>>(
    method: K,
    params: ParamsOf<Remote, K>,
    options: CallOptions = {},
  ): Promise<ResultOf<Remote, K>> {
    if (this.closed !== undefined) return Promise.reject(this.closed);
    const id = this.nextCallId++;
    const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.clock.after(timeoutMs, () => {
        this.calls.delete(id);
        reject(new WeftError('WIRE_TIMEOUT', `${this.protocolName}: no answer to "${method}" within ${timeoutMs} ms.`));
      });
      this.calls.set(id, { method, resolve: resolve, reject, cancelTimeout });
      this.post({ t: 'request', id, method, params });
    });
  }

  /** Sends a one-way message; it is sent again after a reconnect if the peer missed it. */
  notify<K extends NoticeNames<Remote>>(method: K, params: ParamsOf<Remote, K>): void {
    if (this.closed === undefined) this.post({ t: 'notice', method, params });
  }

  /** A frame came in. @throws WIRE_BAD_MESSAGE when frames are missing, so that the edge drops the connection. */
  accept(frame: Frame): void {
    if (frame.t === 'hello' || frame.t === 'welcome') {
      throw new WeftError('WIRE_BAD_MESSAGE', `${this.protocolName}: a second ${frame.t} on one connection.`);
    }
    if (frame.t === 'ack') {
      this.forgetAcknowledged(frame.received);
      return;
    }
    if (frame.seq <= this.receivedSeq) return;
    if (frame.seq !== this.receivedSeq + 1) {
      throw new WeftError('WIRE_BAD_MESSAGE', `${this.protocolName}: frame ${frame.seq} follows ${this.receivedSeq}.`);
    }
    this.receivedSeq = frame.seq;
    if (this.receivedSeq - this.ackedSeq >= ACK_EVERY_FRAMES) {
      this.ackedSeq = this.receivedSeq;
      this.send?.({ t: 'ack', received: this.receivedSeq });
    }
    this.dispatch(frame);
  }

  private dispatch(frame: SequencedFrame): void {
    switch (frame.t) {
      case 'request':
        void this.answer(frame.id, frame.method, frame.params);
        return;
      case 'notice':
        void this.invoke(frame.method, frame.params).catch((error: unknown) => {
          this.onNoticeError(frame.method, error);
        });
        return;
      case 'result':
      case 'error':
        this.settle(frame);
    }
  }

  /** Replaced by the edge, which has a log. */
  onNoticeError: (method: string, error: unknown) => void = () => undefined;

  /** Replaced by the edge: a call of the peer was answered with an error. */
  onCallError: (method: string, error: unknown) => void = () => undefined;

  private async answer(id: number, method: string, params: unknown): Promise<void> {
    try {
      this.post({ t: 'result', id, result: await this.invoke(method, params) });
    } catch (error) {
      this.onCallError(method, error);
      this.post({ t: 'error', id, error: toWireError(error) });
    }
  }

  private async invoke(method: string, params: unknown): Promise<unknown> {
    const definition = Object.hasOwn(this.local, method) ? this.local[method] : undefined;
    const handler = this.handlers[method as keyof Local];
    if (definition === undefined || handler === undefined) {
      throw new WeftError('WIRE_UNKNOWN_METHOD', `${this.protocolName} has no method "${method}".`);
    }
    requireFit(definition.params, params, 'WIRE_BAD_MESSAGE', `${this.protocolName} ${method}`);
    return await handler(params as never);
  }

  private settle(frame: Extract<Frame, { t: 'result' | 'error' }>): void {
    const call = this.calls.get(frame.id);
    if (call === undefined) return;
    this.calls.delete(frame.id);
    call.cancelTimeout();
    if (frame.t === 'error') {
      call.reject(fromWireError(frame.error));
      return;
    }
    try {
      const definition = this.remote[call.method] as RequestMethod;
      requireFit(definition.result, frame.result, 'WIRE_BAD_MESSAGE', `${this.protocolName} answer to ${call.method}`);
      call.resolve(frame.result);
    } catch (error) {
      call.reject(error as Error);
    }
  }

  private post(frame: Unsequenced<SequencedFrame>): void {
    if (this.closed !== undefined) return;
    const sequenced = { ...frame, seq: ++this.sentSeq };
    this.unacknowledged.push(sequenced);
    this.send?.(sequenced);
  }

  private forgetAcknowledged(received: number): void {
    let count = 0;
    while (count < this.unacknowledged.length && (this.unacknowledged[count]?.seq ?? Infinity) <= received) count++;
    this.unacknowledged.splice(0, count);
  }

  private failCalls(error: Error): void {
    for (const call of this.calls.values()) {
      call.cancelTimeout();
      call.reject(error);
    }
    this.calls.clear();
  }
}
