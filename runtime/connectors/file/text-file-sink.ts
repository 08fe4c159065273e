/**
 * Lines into a file: with parallelism 1 the path itself, else `<path>/<subtask + 1>`, as Flink's writeAsText lays them
 * out. What an earlier run left there is replaced, because a job that starts from the beginning writes everything
 * again; one that starts from a checkpoint cuts the file to the length that it had then, and goes on.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import type { ConnectorStates } from '../connector-states.js';
import type { Share } from '../source-reader.js';

/** A line is in the file at the latest this long after it was written. */
const FLUSH_AFTER_MS = 100;
const BUFFER_CHARS = 64 * 1024;

/** A file of the output at a checkpoint. */
interface FileLength {
  file: string;
  bytes: number;
}

export class TextFileSink {
  private readonly file: string;
  private descriptor: number | undefined;
  /** Bytes of the file. */
  private length = 0;
  /** Files of all subtasks, because their number may change. */
  private readonly kept: { items: unknown[] };
  private buffer = '';
  private cancelFlush: (() => void) | undefined;

  constructor(
    private readonly path: string,
    private readonly format: (record: unknown) => string,
    private readonly share: Share,
    private readonly clock: Clock,
    private readonly states: ConnectorStates,
    /** A flush by the clock failed, outside of any call by the operator. */
    private readonly onFailure: (error: WeftError) => void,
  ) {
    this.file = share.parallelism === 1 ? path : join(path, String(share.subtask + 1));
    this.kept = states.list('files', 'UNION');
    states.takePart({
      snapshotState: () => {
        this.drain();
        this.kept.items = [{ file: this.file, bytes: this.length } satisfies FileLength];
      },
    });
  }

  /** @throws SINK_FILE_FAILED */
  open(): void {
    this.guarded('create', () => {
      if (this.states.isRestored) {
        this.descriptor = this.continueFile();
        return;
      }
      if (this.share.parallelism === 1) this.makeRoomForFile();
      else this.makeRoomForFolder();
      this.descriptor = openSync(this.file, 'w');
    });
  }

  write(record: unknown): void {
    this.buffer += `${this.format(record)}\n`;
    if (this.buffer.length >= BUFFER_CHARS) this.drain();
    else this.cancelFlush ??= this.clock.after(FLUSH_AFTER_MS, () => this.flushByClock());
  }

  close(): void {
    if (this.descriptor === undefined) return;
    try {
      this.drain();
    } finally {
      closeSync(this.descriptor);
      this.descriptor = undefined;
    }
  }

  private flushByClock(): void {
    try {
      this.drain();
    } catch (error) {
      this.onFailure(error as WeftError);
    }
  }

  private drain(): void {
    this.cancelFlush?.();
    this.cancelFlush = undefined;
    const bytes = Buffer.from(this.buffer, 'utf8');
    this.buffer = '';
    const { descriptor } = this;
    if (descriptor === undefined) return;
    this.length += bytes.length;
    this.guarded('write', () => {
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
    });
  }

  /** The file goes on where it was at the checkpoint; so do those that no subtask writes any longer. */
  private continueFile(): number {
    const { subtask, parallelism } = this.share;
    const former = this.kept.items as FileLength[];
    if (parallelism === 1 && isFolder(this.file)) throw new Error('it is a folder, written with a parallelism above 1');
    mkdirSync(dirname(this.file), { recursive: true });
    const nobodys = former.filter(({ file }) => dirname(file) === this.path && Number(basename(file)) > parallelism);
    if (subtask === 0) for (const { file, bytes } of nobodys) if (existsSync(file)) truncateSync(file, bytes);
    const bytes = former.find(({ file }) => file === this.file)?.bytes;
    // Nobody wrote it then, or it was taken away since.
    if (bytes === undefined || !existsSync(this.file)) return openSync(this.file, 'w');
    const descriptor = openSync(this.file, constants.O_WRONLY | constants.O_APPEND);
    const { size } = fstatSync(descriptor);
    if (size < bytes) {
      closeSync(descriptor);
      throw new Error(`it has ${size} bytes, but had ${bytes} when the checkpoint was taken`);
    }
    ftruncateSync(descriptor, bytes);
    this.length = bytes;
    return descriptor;
  }

  /** An earlier run with a higher parallelism left a folder; it goes if it holds nothing but such output. */
  private makeRoomForFile(): void {
    mkdirSync(dirname(this.file), { recursive: true });
    if (!isFolder(this.file)) return;
    const foreign = readdirSync(this.file).find((name) => !isOutputName(name));
    if (foreign !== undefined)
      throw new Error(`it is a folder that also holds "${foreign}", and a file is to be written there`);
    rmSync(this.file, { recursive: true });
  }

  /** An earlier run left a file, or files of a higher parallelism, which would look like output of this one. */
  private makeRoomForFolder(): void {
    if (statSync(this.path, { throwIfNoEntry: false })?.isFile() === true) {
      try {
        unlinkSync(this.path);
      } catch (error) {
        // Another subtask was faster: the file is gone, or the folder is there already.
        if (existsSync(this.path) && !isFolder(this.path)) throw error;
      }
    }
    mkdirSync(this.path, { recursive: true });
    if (this.share.subtask !== 0) return;
    for (const name of readdirSync(this.path)) {
      if (isOutputName(name) && Number(name) > this.share.parallelism) rmSync(join(this.path, name));
    }
  }

  private guarded(verb: string, action: () => void): void {
    try {
      action();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new WeftError('SINK_FILE_FAILED', `Cannot ${verb} the output ${this.file}: ${why}`, {
        subject: this.file,
        cause,
      });
    }
  }
}

/** A subtask's file: its number. */
function isOutputName(name: string): boolean {
  return /^[1-9]\d*$/.test(name);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
