/** The attached mode of `yarn-session`: commands from the terminal (or a pipe), and a look at the session each second. */
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../runtime/common/clock.js';
import { hasCode } from '../../runtime/common/errors/index.js';
import { isOver, type ApplicationReport } from '../client/application-report.js';

const HELP = ['Commands:', '  help         shows this', '  stop, quit   ends the session and this command'].join('\n');
const POLL_MS = 1000;
/** How long the ResourceManager may be away before that is worth a message and the end of this command. */
const MAX_UNKNOWN_MS = 15_000;

export interface AttachedSessionOptions {
  input: Readable;
  errors: Writable;
  clock: Clock;
  report: () => Promise<ApplicationReport>;
}

/** Why the attached mode ended. */
export type AttachedEnd =
  | { kind: 'stop' }
  | { kind: 'over'; report: ApplicationReport }
  /** The ResourceManager was not reached for too long; the session itself may be well. */
  | { kind: 'unknown' };

export class AttachedSession {
  private readonly lines: Interface;
  private lastSeenMs: number;
  private cancelPoll: () => void;
  private closed = false;

  private constructor(
    private readonly options: AttachedSessionOptions,
    private readonly resolve: (end: AttachedEnd) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.lines = createInterface({ input: options.input, terminal: false });
    this.lines.on('line', (line) => {
      this.read(line.trim());
    });
    this.lastSeenMs = options.clock.monotonicMs();
    this.cancelPoll = this.pollLater();
  }

  /**
   * Runs until `stop` is read or the session is over; the end of the input alone ends nothing.
   * @param detach ends this mode without a result
   */
  static run(options: AttachedSessionOptions, detach: Promise<unknown>): Promise<AttachedEnd> {
    return new Promise((resolve, reject) => {
      const session = new AttachedSession(options, resolve, reject);
      void detach.then(() => {
        session.close();
      });
    });
  }

  private read(command: string): void {
    if (command === 'stop' || command === 'quit') this.end({ kind: 'stop' });
    else if (command === 'help') this.say(HELP);
    else if (command !== '') this.say(`Unknown command '${command}'. Showing help:\n${HELP}`);
  }

  private pollLater(): () => void {
    return this.options.clock.after(POLL_MS, () => void this.look());
  }

  private async look(): Promise<void> {
    const { report, clock } = this.options;
    try {
      const now = await report();
      if (isOver(now)) this.end({ kind: 'over', report: now });
      this.lastSeenMs = clock.monotonicMs();
    } catch (error) {
      if (!hasCode(error, 'UNREACHABLE')) {
        this.close();
        this.reject(error as Error);
      } else if (clock.monotonicMs() - this.lastSeenMs > MAX_UNKNOWN_MS) this.end({ kind: 'unknown' });
    }
    if (!this.closed) this.cancelPoll = this.pollLater();
  }

  private end(how: AttachedEnd): void {
    this.close();
    this.resolve(how);
  }

  private close(): void {
    this.closed = true;
    this.cancelPoll();
    this.lines.close();
  }

  private say(text: string): void {
    this.options.errors.write(`${text}\n`);
  }
}
