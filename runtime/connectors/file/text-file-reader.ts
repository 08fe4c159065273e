/** Reads file splits line by line, with a block of lines read ahead. */
import { WeftError, hasCode } from '../../common/errors/index.js';
import { fileSystemOf } from '../../common/filesystems/index.js';
import type {
  InputStatus,
  ReaderOutput,
  SourceOutput,
  SourceReader,
  SourceReaderContext,
} from '../../functions/index.js';
import { bytesOf, isCompressed } from './decompression.js';
import type { FileSplit } from './file-split.js';
import { TextBlocks, type TextBlock } from './text-blocks.js';

/** A split that is being read. */
interface Reading {
  readonly split: FileSplit;
  readonly output: SourceOutput<unknown>;
  blocks: TextBlocks | undefined;
  /** Where the block at hand begins; for a compressed file always 0, with the lines counted from there. */
  blockBytes: number;
  linesOfBlock: number;
}

/** The next block, its end, or why there is none. */
type Fetched = { block: TextBlock | undefined } | { error: unknown };

export class TextFileReader implements SourceReader<unknown, FileSplit> {
  private readonly splits: FileSplit[] = [];
  private reading: Reading | undefined;
  private noMoreSplits = false;
  private fetched: Fetched | undefined;
  private text = '';
  private at = 0;
  private skipLines = 0;
  private onAvailable: (() => void) | undefined;

  /** @param deserialize makes the record of a line; undefined = the line itself */
  constructor(
    private readonly context: SourceReaderContext,
    private readonly deserialize: ((line: string) => unknown) | undefined,
  ) {}

  start(): void {
    if (this.splits.length === 0) this.context.sendSplitRequest();
  }

  pollNext(output: ReaderOutput<unknown>): InputStatus {
    const reading = (this.reading ??= this.begin(output));
    if (reading === undefined) return this.noMoreSplits ? 'END_OF_INPUT' : 'NOTHING_AVAILABLE';
    if (this.at === this.text.length) return this.nextBlock(reading, output);
    const line = this.nextLine();
    reading.linesOfBlock++;
    if (this.skipLines > 0) this.skipLines--;
    else reading.output.collect(this.deserialize === undefined ? line : this.deserialize(line));
    return 'MORE_AVAILABLE';
  }

  isAvailable(): Promise<void> {
    const isReady =
      this.reading === undefined ? this.splits.length > 0 || this.noMoreSplits : this.fetched !== undefined;
    if (isReady) return Promise.resolve();
    return new Promise((resolve) => {
      this.onAvailable = resolve;
    });
  }

  addSplits(splits: readonly FileSplit[]): void {
    this.splits.push(...splits);
    this.available();
  }

  notifyNoMoreSplits(): void {
    this.noMoreSplits = true;
    this.available();
  }

  snapshotState(): FileSplit[] {
    const { reading, splits } = this;
    if (reading === undefined) return [...splits];
    const { split, blockBytes, linesOfBlock } = reading;
    const skipLines = linesOfBlock + this.skipLines;
    return [{ ...split, fromBytes: blockBytes, skipLines }, ...splits];
  }

  async close(): Promise<void> {
    const { reading } = this;
    this.reading = undefined;
    await reading?.blocks?.close();
  }

  private begin(output: ReaderOutput<unknown>): Reading | undefined {
    const split = this.splits.shift();
    if (split === undefined) return undefined;
    this.skipLines = split.skipLines;
    const reading: Reading = {
      ...{ split, blocks: undefined, blockBytes: split.fromBytes, linesOfBlock: 0 },
      output: output.createOutputForSplit(split.splitId),
    };
    this.fetch(reading, () => this.openAndRead(reading));
    return reading;
  }

  private nextLine(): string {
    const { text, at } = this;
    const feed = text.indexOf('\n', at);
    const end = feed === -1 ? text.length : feed;
    this.at = feed === -1 ? end : feed + 1;
    return text.slice(at, end > at && text.charCodeAt(end - 1) === CARRIAGE_RETURN ? end - 1 : end);
  }

  private nextBlock(reading: Reading, output: ReaderOutput<unknown>): InputStatus {
    const { fetched } = this;
    if (fetched === undefined) return 'NOTHING_AVAILABLE';
    this.fetched = undefined;
    if ('error' in fetched) throw failureOf(fetched.error, reading.split.path);
    if (fetched.block === undefined) {
      this.finish(reading, output);
      return 'MORE_AVAILABLE';
    }
    this.text = fetched.block.text;
    this.at = 0;
    if (!isCompressed(reading.split.path)) {
      reading.blockBytes = fetched.block.offsetBytes;
      reading.linesOfBlock = 0;
    }
    this.fetch(reading, () => reading.blocks?.next() ?? Promise.resolve(undefined));
    return 'MORE_AVAILABLE';
  }

  private finish(reading: Reading, output: ReaderOutput<unknown>): void {
    this.reading = undefined;
    void reading.blocks?.close().catch(() => undefined);
    output.releaseOutputForSplit(reading.split.splitId);
    if (this.splits.length === 0 && !this.noMoreSplits) this.context.sendSplitRequest();
  }

  private async openAndRead(reading: Reading): Promise<TextBlock | undefined> {
    const { path, fromBytes, toBytes = Infinity } = reading.split;
    // Read on to the end of the last line, so no end is given.
    const file = await fileSystemOf(path).open(path, { fromBytes: TextBlocks.firstByteOf(fromBytes) });
    reading.blocks = new TextBlocks(bytesOf(path, file), fromBytes, isCompressed(path) ? Infinity : toBytes);
    return reading.blocks.next();
  }

  private fetch(reading: Reading, read: () => Promise<TextBlock | undefined>): void {
    const settle = (fetched: Fetched): void => {
      if (this.reading !== reading && this.reading !== undefined) return;
      this.fetched = fetched;
      this.available();
    };
    read().then(
      (block) => settle({ block }),
      (error: unknown) => settle({ error }),
    );
  }

  private available(): void {
    const resolve = this.onAvailable;
    this.onAvailable = undefined;
    resolve?.();
  }
}

const CARRIAGE_RETURN = 13;

function failureOf(error: unknown, path: string): WeftError {
  if (hasCode(error, 'FILE_NOT_FOUND')) {
    return new WeftError('SOURCE_FILE_NOT_FOUND', `The input ${path} has gone since it was found.`, {
      subject: path,
      cause: error,
    });
  }
  if (error instanceof WeftError && error.code.startsWith('SOURCE_')) return error;
  const why = error instanceof Error ? error.message : String(error);
  return new WeftError('SOURCE_FILE_BROKEN', `The input ${path} cannot be read to its end: ${why}`, {
    subject: path,
    cause: error,
  });
}
