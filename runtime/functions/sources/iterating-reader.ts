import { ReadAhead } from './read-ahead.js';
import type { InputStatus, ReaderOutput, SourceOutput, SourceReader, SourceReaderContext } from './source-reader.js';
import type { SourceSplit } from './source.js';

/** The split that is read now. */
interface Reading<T, S> {
  readonly split: S;
  readonly output: SourceOutput<T>;
  /** The next record, or the end; undefined when nothing is there yet. */
  next(): IteratorResult<T> | undefined;
  /** The split with the position behind the last record that `next` gave. */
  position(): S;
  readonly isReady: boolean;
  close(): void;
}

/**
 * Reads one split after the other with an iterator or a generator, and asks for the next when one is over. The generator
 * keeps its position in the split: it moves it on before it yields a record, and when a checkpoint is restored it is
 * called with the split as it was then.
 */
export class IteratingReader<T, S extends SourceSplit> implements SourceReader<T, S> {
  private readonly splits: S[] = [];
  private reading: Reading<T, S> | undefined;
  private noMoreSplits = false;
  private onAvailable: (() => void) | undefined;

  /** @param read the records of a split from its position on */
  constructor(
    private readonly context: SourceReaderContext,
    private readonly read: (split: S) => Iterable<T> | AsyncIterable<T>,
  ) {}

  start(): void {
    if (this.splits.length === 0) this.context.sendSplitRequest();
  }

  pollNext(output: ReaderOutput<T>): InputStatus {
    const reading = (this.reading ??= this.begin(output));
    if (reading === undefined) return this.noMoreSplits ? 'END_OF_INPUT' : 'NOTHING_AVAILABLE';
    const step = reading.next();
    if (step === undefined) return 'NOTHING_AVAILABLE';
    if (step.done === true) this.finish(reading, output);
    else reading.output.collect(step.value);
    return 'MORE_AVAILABLE';
  }

  isAvailable(): Promise<void> {
    const ready = this.reading === undefined ? this.splits.length > 0 || this.noMoreSplits : this.reading.isReady;
    if (ready) return Promise.resolve();
    return new Promise((resolve) => {
      this.onAvailable = resolve;
    });
  }

  addSplits(splits: readonly S[]): void {
    this.splits.push(...splits);
    this.available();
  }

  notifyNoMoreSplits(): void {
    this.noMoreSplits = true;
    this.available();
  }

  snapshotState(): readonly S[] {
    return this.reading === undefined ? [...this.splits] : [this.reading.position(), ...this.splits];
  }

  close(): void {
    this.reading?.close();
    this.reading = undefined;
  }

  private begin(output: ReaderOutput<T>): Reading<T, S> | undefined {
    const split = this.splits.shift();
    if (split === undefined) return undefined;
    const records = this.read(split);
    const forSplit = output.createOutputForSplit(split.splitId);
    if (Symbol.asyncIterator in records) {
      return Object.assign(new ReadAhead(split, records, () => this.available()), { output: forSplit });
    }
    const iterator = records[Symbol.iterator]();
    return {
      ...{ split, output: forSplit, isReady: true },
      next: () => iterator.next(),
      position: () => split,
      close: () => void iterator.return?.(),
    };
  }

  private finish({ split }: Reading<T, S>, output: ReaderOutput<T>): void {
    this.reading = undefined;
    output.releaseOutputForSplit(split.splitId);
    if (this.splits.length === 0 && !this.noMoreSplits) this.context.sendSplitRequest();
  }

  private available(): void {
    const resolve = this.onAvailable;
    this.onAvailable = undefined;
    resolve?.();
  }
}
