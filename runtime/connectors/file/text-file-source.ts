/** The lines of a file, or of the files of a folder, which are shared out among the subtasks by their order. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { instantiate } from '../../common/code-template.js';
import { WeftError } from '../../common/errors/index.js';
import { emitPulled, NOTHING } from '../pull-loop.js';
import type { BatchResult, Share, SourceOutlet, SourceReader } from '../source-reader.js';
import { TextLines } from './text-lines.js';

export class TextFileSource implements SourceReader {
  readonly nextBatch: (max: number) => BatchResult;
  private files: string[] = [];
  private current: TextLines | undefined;

  constructor(
    private readonly path: string,
    private readonly share: Share,
    private readonly outlet: SourceOutlet,
  ) {
    this.nextBatch = instantiate(emitPulled)(
      () => this.nextLine(),
      NOTHING,
      () => (this.current === undefined ? 'end' : 'wait'),
      outlet.emit,
      outlet.room,
    );
  }

  /** @throws SOURCE_FILE_NOT_FOUND */
  async open(): Promise<void> {
    const all = await filesAt(this.path);
    this.files = all.filter((_, index) => index % this.share.parallelism === this.share.subtask);
    this.openNext();
  }

  close(): void {
    this.current?.close();
    this.current = undefined;
    this.files = [];
  }

  private nextLine(): unknown {
    while (this.current !== undefined) {
      const line = this.current.next();
      if (line !== undefined) return line;
      if (!this.current.done) return NOTHING;
      this.openNext();
    }
    return NOTHING;
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
