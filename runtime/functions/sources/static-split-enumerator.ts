import type { SourceSplit } from './source.js';
import type { SplitEnumerator, SplitEnumeratorContext } from './split-enumerator.js';

/** Splits that are all known from the start: a reader that asks gets the next one, in their order. */
export class StaticSplitEnumerator<S extends SourceSplit> implements SplitEnumerator<S, readonly S[]> {
  private remaining: S[];

  constructor(
    private readonly context: SplitEnumeratorContext<S>,
    splits: readonly S[],
  ) {
    this.remaining = [...splits];
  }

  handleSplitRequest(subtask: number): void {
    const next = this.remaining.shift();
    if (next === undefined) this.context.signalNoMoreSplits(subtask);
    else this.context.assignSplit(next, subtask);
  }

  addSplitsBack(splits: readonly S[]): void {
    this.remaining.unshift(...splits);
  }

  snapshotState(): readonly S[] {
    return this.remaining;
  }
}
