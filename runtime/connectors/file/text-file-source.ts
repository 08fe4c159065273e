/** The lines of a file, or of the files of a folder, which are shared out among the subtasks by their order. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../common/clock.js';
import { instantiate } from '../../common/code-template.js';
import { WeftError } from '../../common/errors/index.js';
import { emitPulled, NOTHING } from '../pull-loop.js';
import type { BatchResult, Share, SourceOutlet, SourceReader } from '../source-reader.js';
import { TextLines } from './text-lines.js';

export interface TextFileOptions {
  /** A file, or a folder. */
  path: string;
  /** Makes the record of a line. @default the line */
  deserialize?: (line: string) => unknown;
  /** Looks for new and changed files at this interval, and never ends. */
  watchMs?: number;
}

export class TextFileSource implements SourceReader {
  readonly nextBatch: (max: number) => BatchResult;
  private files: string[] = [];
  private current: TextLines | undefined;
  /** When the files that were read had last changed. */
  private readonly readMs = new Map<string, number>();
  private cancelLook: () => void = () => undefined;
  private closed = false;

  constructor(
    private readonly options: TextFileOptions,
    private readonly share: Share,
    private readonly outlet: SourceOutlet,
    private readonly clock: Clock,
  ) {
    this.nextBatch = instantiate(emitPulled)(
      () => this.nextLine(),
      NOTHING,
      () => (this.current === undefined && options.watchMs === undefined ? 'end' : 'wait'),
      outlet.emit,
      outlet.room,
    );
  }

  /** @throws SOURCE_FILE_NOT_FOUND */
  async open(): Promise<void> {
    const { path, watchMs } = this.options;
    if (watchMs !== undefined) {
      await this.look();
      return;
    }
    const all = await filesAt(path);
    this.files = all.filter((_, index) => index % this.share.parallelism === this.share.subtask);
    this.openNext();
  }

  close(): void {
    this.closed = true;
    this.cancelLook();
    this.current?.close();
    this.current = undefined;
    this.files = [];
  }

  private nextLine(): unknown {
    while (this.current !== undefined) {
      const line = this.current.next();
      if (line !== undefined) return this.options.deserialize === undefined ? line : this.options.deserialize(line);
      if (!this.current.done) return NOTHING;
      this.openNext();
    }
    return NOTHING;
  }

  /** Takes what is new or has changed since the last look, and looks again later. */
  private async look(): Promise<void> {
    const { path, watchMs = 0 } = this.options;
    for (const file of await filesAt(path)) {
      const changedMs = (await stat(file).catch(() => undefined))?.mtimeMs;
      if (changedMs === undefined || this.shareOf(file) !== this.share.subtask) continue;
      if (this.readMs.get(file) === changedMs) continue;
      this.readMs.set(file, changedMs);
      this.files.push(file);
    }
    if (this.closed) return;
    if (this.current === undefined) this.openNext();
    this.outlet.wake();
    this.cancelLook = this.clock.after(watchMs, () => {
      this.look().catch((error: unknown) => this.outlet.fail(error));
    });
  }

  /** By the name, because the number of a file changes with every other one that comes. */
  private shareOf(file: string): number {
    let hash = 0;
    for (let i = 0; i < file.length; i++) hash = (Math.imul(hash, 31) + file.charCodeAt(i)) >>> 0;
    return hash % this.share.parallelism;
  }

  private openNext(): void {
    const path = this.files.shift();
    this.current = path === undefined ? undefined : new TextLines(path, this.outlet.wake);
  }
}

/**
 * The file itself, or the files of the folder in order of their names, without hidden ones (`.` and `_` come first in
 * the name, as in Flink) and without those in folders below.
 */
async function filesAt(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new WeftError('SOURCE_FILE_NOT_FOUND', `The input ${path} ${why}.`, { subject: path, cause });
  });
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && !/^[._]/.test(entry.name))
    .map((entry) => join(path, entry.name))
    .sort();
}
