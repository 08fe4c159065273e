import { IteratingReader } from './iterating-reader.js';
import type { SourceReaderContext } from './source-reader.js';
import type { Source, SourceSplit } from './source.js';
import type { SplitEnumerator, SplitEnumeratorContext } from './split-enumerator.js';
import { StaticSplitEnumerator } from './static-split-enumerator.js';

/** A bounded source whose splits are known when the job starts. */
export interface SplitReading<T, S> {
  /** All splits, plain data. Called once, in the JobManager. */
  splits(parallelism: number): readonly S[] | Promise<readonly S[]>;
  /**
   * The records of a split, as a generator or another iterable. If the split is an object and the generator keeps its position in
   * it, moved on before each yield, then a restored job goes on from there; else it reads the split anew.
   */
  read(split: S, context: SourceReaderContext): Iterable<T> | AsyncIterable<T>;
}

/** A split of `SplitReading` with a name. */
export interface NumberedSplit<S> extends SourceSplit {
  readonly value: S;
}

/** Makes a source of its splits and of how one of them is read, for `env.fromSource()`. */
export function splitSource<T, S>(reading: SplitReading<T, S>): Source<T, NumberedSplit<S>> {
  return {
    boundedness: 'BOUNDED',
    createEnumerator: (context, restored) =>
      new ListedSplits(context, () => reading.splits(context.currentParallelism), restored),
    createReader: (context) => new IteratingReader(context, ({ value }) => reading.read(value, context)),
  } satisfies Source<T, NumberedSplit<S>, readonly NumberedSplit<S>[]>;
}

/** A static enumerator that may have to wait for its list. */
class ListedSplits<S> implements SplitEnumerator<NumberedSplit<S>, readonly NumberedSplit<S>[]> {
  private splits: StaticSplitEnumerator<NumberedSplit<S>>;

  constructor(
    private readonly context: SplitEnumeratorContext<NumberedSplit<S>>,
    private readonly list: () => readonly S[] | Promise<readonly S[]>,
    private readonly restored: readonly NumberedSplit<S>[] | undefined,
  ) {
    this.splits = new StaticSplitEnumerator(context, restored ?? []);
  }

  async start(): Promise<void> {
    if (this.restored !== undefined) return;
    const values = await this.list();
    this.splits = new StaticSplitEnumerator(
      this.context,
      values.map((value, n) => ({ splitId: String(n), value })),
    );
  }

  handleSplitRequest(subtask: number): void {
    this.splits.handleSplitRequest(subtask);
  }

  addSplitsBack(splits: readonly NumberedSplit<S>[]): void {
    this.splits.addSplitsBack(splits);
  }

  snapshotState(): readonly NumberedSplit<S>[] {
    return this.splits.snapshotState();
  }
}
