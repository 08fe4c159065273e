/**
 * Lines into a file. They are gathered and written piece by piece while the task goes on; a checkpoint has how far the file is for
 * certain and what is to follow, so it waits for no write. A job that starts from it cuts the file there and goes on.
 */
import type { Clock } from '../../common/clock.js';
import { WeftError, asWeftError } from '../../common/errors/index.js';
import type { FileWriter } from '../../common/filesystems/index.js';
import type { WriteMode } from '../../functions/index.js';
import type { ConnectorStates } from '../connector-states.js';
import type { Share } from '../source-reader.js';
import { TextFileTarget, type FileProgress } from './text-file-target.js';

/** A line is in the file at the latest this long after it was written, if the disk keeps up. */
const FLUSH_AFTER_MS = 100;
const BUFFER_CHARS = 64 * 1024;

export interface TextFileOutput {
  readonly path: string;
  readonly writeMode: WriteMode;
  /** Makes the line of a record. */
  readonly format: (record: unknown) => string;
  /** Behind each line. */
  readonly rowDelimiter: string;
}

export interface TextFileSinkHost {
  readonly clock: Clock;
  readonly states: ConnectorStates;
  /** Files changed since then (epoch ms) are of an earlier attempt of the job, which starts from the beginning. */
  readonly ownSinceMs: number;
  /** A write failed, outside of any call by the operator. */
  onFailure(error: WeftError): void;
  /** The sink takes records again. */
  wake(): void;
}

export class TextFileSink {
  readonly unsaved = false;
  private readonly target: TextFileTarget;
  /** Files of all subtasks, because their number may change. */
  private readonly kept: { items: unknown[] };
  private writer: FileWriter | undefined;
  /** Bytes of the file that are written for certain. */
  private writtenBytes = 0;
  private buffer = '';
  /** Text that is being written, and the end of it. */
  private underWay = '';
  private writing: Promise<void> = Promise.resolve();
  private failure: WeftError | undefined;
  private cancelFlush: (() => void) | undefined;

  constructor(
    private readonly output: TextFileOutput,
    share: Share,
    private readonly host: TextFileSinkHost,
  ) {
    this.target = new TextFileTarget(output.path, share);
    this.kept = host.states.list('files', 'UNION');
    host.states.takePart({
      snapshotState: () => {
        const { file, others } = this.target;
        const rest = this.underWay + this.buffer;
        this.kept.items = [{ file, bytes: this.writtenBytes, rest } satisfies FileProgress, ...others];
      },
    });
  }

  /** @throws SINK_FILE_EXISTS, SINK_FILE_FAILED */
  async open(): Promise<void> {
    const { states, ownSinceMs } = this.host;
    const { writeMode } = this.output;
    try {
      this.writer = await (states.isRestored
        ? this.target.resume(this.kept.items as FileProgress[], writeMode, ownSinceMs)
        : this.target.create(writeMode, ownSinceMs));
      this.writtenBytes = this.writer.positionBytes;
    } catch (error) {
      throw this.failed('create', error);
    }
  }

  write(record: unknown): void {
    this.buffer += this.output.format(record) + this.output.rowDelimiter;
    if (this.buffer.length >= BUFFER_CHARS) this.drain();
    else this.cancelFlush ??= this.host.clock.after(FLUSH_AFTER_MS, () => this.drain());
  }

  get backlog(): this {
    return this;
  }

  /** A full buffer waits behind the one that is being written. */
  get busy(): boolean {
    return this.underWay !== '' && this.buffer.length >= BUFFER_CHARS;
  }

  /** Resolves when all lines are in the file. A failure has been told by then. */
  async idle(): Promise<void> {
    while (this.failure === undefined && (this.buffer !== '' || this.underWay !== '')) {
      this.drain();
      await this.writing;
    }
  }

  /** Lines that were taken are written by `close` all the same. */
  discard(): void {
    this.cancelFlush?.();
    this.cancelFlush = undefined;
  }

  async close(): Promise<void> {
    const { writer } = this;
    if (writer === undefined) return;
    await this.idle();
    this.discard();
    this.writer = undefined;
    await writer.close();
  }

  private drain(): void {
    this.discard();
    const { writer } = this;
    if (writer === undefined || this.underWay !== '' || this.buffer === '') return;
    this.underWay = this.buffer;
    this.buffer = '';
    const bytes = Buffer.from(this.underWay, 'utf8');
    this.writing = writer.write(bytes).then(
      () => this.written(bytes.length),
      (error: unknown) => {
        this.failure = this.failed('write', error);
        this.host.onFailure(this.failure);
      },
    );
  }

  private written(bytes: number): void {
    const waited = this.busy;
    this.writtenBytes += bytes;
    this.underWay = '';
    if (this.buffer.length >= BUFFER_CHARS) this.drain();
    if (waited) this.host.wake();
  }

  private failed(verb: string, error: unknown): WeftError {
    if (error instanceof WeftError && error.code.startsWith('SINK_')) return error;
    const { file } = this.target;
    const { message } = asWeftError(error);
    return new WeftError('SINK_FILE_FAILED', `Cannot ${verb} the output ${file}: ${message}`, {
      subject: file,
      cause: error,
    });
  }
}
