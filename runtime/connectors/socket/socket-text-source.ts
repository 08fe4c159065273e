/** Text from a TCP server, cut at a delimiter. Not parallel: there is one connection. */
import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../../common/clock.js';
import { instantiate } from '../../common/code-template.js';
import { WeftError } from '../../common/errors/index.js';
import { LineSplitter } from '../line-splitter.js';
import { emitPulled, NOTHING } from '../pull-loop.js';
import type { BatchResult, SourceOutlet, SourceReader } from '../source-reader.js';

/** Pause between two attempts to connect, as in Flink. */
const RETRY_AFTER_MS = 500;

export interface SocketTextOptions {
  host: string;
  port: number;
  delimiter: string;
  /** Attempts after a failed or lost connection; -1 = for ever. */
  maxRetries: number;
}

export class SocketTextSource implements SourceReader {
  readonly nextBatch: (max: number) => BatchResult;
  private readonly splitter: LineSplitter;
  private readonly decoder = new StringDecoder('utf8');
  private socket: Socket | undefined;
  private retries = 0;
  private ended = false;
  private failure: WeftError | undefined;
  private cancelRetry: (() => void) | undefined;

  constructor(
    private readonly options: SocketTextOptions,
    private readonly outlet: SourceOutlet,
    private readonly clock: Clock,
  ) {
    this.splitter = new LineSplitter(options.delimiter);
    const state = (): BatchResult => (this.ended ? 'end' : 'wait');
    this.nextBatch = instantiate(emitPulled)(
      () => this.next(),
      NOTHING,
      state,
      outlet.emit,
      outlet.emitted,
      outlet.room,
    );
  }

  open(): Promise<void> {
    this.connect();
    return Promise.resolve();
  }

  close(): void {
    this.ended = true;
    this.cancelRetry?.();
    this.socket?.destroy();
  }

  private connect(): void {
    const socket = connect(this.options.port, this.options.host);
    this.socket = socket;
    let lost: Error | undefined;
    socket.on('error', (error) => {
      lost = error;
    });
    socket.on('readable', this.outlet.wake);
    socket.on('close', () => {
      if (socket === this.socket) this.disconnected(lost);
    });
  }

  /** What was received before the connection ended is read first: a closed socket still gives out its buffer. */
  private next(): unknown {
    for (;;) {
      const line = this.splitter.next();
      if (line !== undefined) return line;
      const chunk = this.socket?.read() as Buffer | null | undefined;
      if (chunk !== null && chunk !== undefined) {
        this.splitter.push(this.decoder.write(chunk));
        continue;
      }
      if (this.failure !== undefined) throw this.failure;
      return this.ended ? (this.splitter.rest() ?? NOTHING) : NOTHING;
    }
  }

  private disconnected(cause: Error | undefined): void {
    if (this.ended) return;
    const { host, port, maxRetries } = this.options;
    if (maxRetries === -1 || this.retries < maxRetries) {
      this.retries++;
      this.cancelRetry = this.clock.after(RETRY_AFTER_MS, () => this.connect());
      return;
    }
    if (cause === undefined) {
      this.ended = true;
    } else {
      const why = `${host}:${port} (${cause.message})`;
      this.failure = new WeftError(
        'SOURCE_SOCKET_FAILED',
        `The connection to ${why} failed, ${this.retries} retries.`,
        {
          subject: `${host}:${port}`,
          cause,
        },
      );
    }
    this.outlet.wake();
  }
}
