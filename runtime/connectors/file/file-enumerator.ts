/** Finds files, once or again and again, divides them into splits, and gives these to readers that ask. */
import { WeftError, hasCode } from '../../common/errors/index.js';
import { fileSystemOf, type FileStatus } from '../../common/filesystems/index.js';
import type { SplitEnumerator, SplitEnumeratorContext } from '../../functions/index.js';
import { isCompressed } from './decompression.js';
import type { FileSplit } from './file-split.js';

/** No split is smaller, so that opening it costs little beside reading it. */
const MIN_SPLIT_BYTES = 1024 * 1024;
/** None is larger, so that a reader that fails, or is slow, has not much of the input. */
const MAX_SPLIT_BYTES = 64 * 1024 * 1024;
/** A large file has this many splits for each reader, so that faster ones can take more. */
const SPLITS_PER_READER = 4;

export interface FileEnumeratorState {
  readonly splits: readonly FileSplit[];
  /** When each file that was found had last changed. Only kept when files are watched. */
  readonly found: readonly (readonly [path: string, modifiedMs: number])[];
}

export interface FileEnumeratorOptions {
  /** A file, or a folder. */
  readonly path: string;
  /** Looks for new and changed files at this interval, and never ends. Undefined: once. */
  readonly watchMs: number | undefined;
}

export class FileEnumerator implements SplitEnumerator<FileSplit, FileEnumeratorState> {
  private splits: FileSplit[];
  private readonly found: Map<string, number>;
  /** Readers that have nothing to read. */
  private readonly waiting = new Set<number>();

  constructor(
    private readonly context: SplitEnumeratorContext<FileSplit>,
    private readonly options: FileEnumeratorOptions,
    private readonly restored: FileEnumeratorState | undefined,
  ) {
    this.splits = [...(restored?.splits ?? [])];
    this.found = new Map(restored?.found);
  }

  /** @throws SOURCE_FILE_NOT_FOUND, FILE_FAILED, FILESYSTEM_UNKNOWN */
  async start(): Promise<void> {
    const { watchMs, path } = this.options;
    if (watchMs !== undefined || this.restored === undefined) this.take(await filesAt(path));
    if (watchMs === undefined) return;
    this.context.callAsync(
      () => filesAt(path),
      (files) => this.take(files ?? []),
      { initialDelayMs: watchMs, periodMs: watchMs },
    );
  }

  handleSplitRequest(subtask: number): void {
    const next = this.splits.shift();
    if (next !== undefined) this.context.assignSplit(next, subtask);
    else if (this.options.watchMs === undefined) this.context.signalNoMoreSplits(subtask);
    else this.waiting.add(subtask);
  }

  addSplitsBack(splits: readonly FileSplit[], subtask: number): void {
    this.waiting.delete(subtask);
    this.splits.unshift(...splits);
    this.serveWaiting();
  }

  snapshotState(): FileEnumeratorState {
    return { splits: this.splits, found: [...this.found] };
  }

  /** Takes what is new or has changed. */
  private take(files: readonly FileStatus[]): void {
    for (const file of files) {
      if (this.found.get(file.path) === file.modifiedMs) continue;
      if (this.options.watchMs !== undefined) this.found.set(file.path, file.modifiedMs);
      this.splits.push(...splitsOf(file, this.context.currentParallelism));
    }
    this.serveWaiting();
  }

  private serveWaiting(): void {
    for (const subtask of this.waiting) {
      const next = this.splits.shift();
      if (next === undefined) return;
      this.waiting.delete(subtask);
      this.context.assignSplit(next, subtask);
    }
  }
}

function splitsOf({ path, sizeBytes, modifiedMs }: FileStatus, parallelism: number): FileSplit[] {
  const part = (fromBytes: number, toBytes: number | undefined): FileSplit => ({
    splitId: `${path}@${modifiedMs}#${fromBytes}`,
    ...{ path, fromBytes, toBytes, skipLines: 0 },
  });
  // What has no size (a pipe, a device) and what is compressed is read from its start to its end.
  if (sizeBytes === 0 || isCompressed(path)) return [part(0, undefined)];
  const wanted = Math.ceil(sizeBytes / (parallelism * SPLITS_PER_READER));
  const each = Math.min(Math.max(wanted, MIN_SPLIT_BYTES), MAX_SPLIT_BYTES);
  const count = Math.ceil(sizeBytes / each);
  return Array.from({ length: count }, (_, n) => part(n * each, Math.min((n + 1) * each, sizeBytes)));
}

/**
 * The file itself, or the files of the folder in order of their names, without hidden ones (`.` and `_` come first in
 * the name, as in Flink) and without those in folders below.
 */
async function filesAt(path: string): Promise<FileStatus[]> {
  const files = fileSystemOf(path);
  const found = await files.stat(path);
  if (found === undefined) throw missing(path);
  if (!found.isFolder) return [found];
  const entries = await files.list(path).catch((error: unknown) => {
    throw hasCode(error, 'FILE_NOT_FOUND') ? missing(path, error) : error;
  });
  return entries.filter(({ isFolder, name }) => !isFolder && !/^[._]/.test(name));
}

function missing(path: string, cause?: unknown): WeftError {
  return new WeftError('SOURCE_FILE_NOT_FOUND', `The input ${path} does not exist.`, { subject: path, cause });
}
