import { systemClock } from '../../common/clock.js';
import {
  RichParallelSourceFunction,
  type Source,
  type SourceContext,
  type SplitContext,
  type SplitSourceContext,
} from '../../functions/index.js';

/** Runs a source with splits: each subtask reads its share of them, one after the other. */
export class SplitSourceFunction<T, S> extends RichParallelSourceFunction<T> {
  constructor(private readonly source: Source<T, S>) {
    super();
  }

  get bounded(): boolean {
    return this.source.bounded === true;
  }

  async run(given: SourceContext<T>): Promise<void> {
    // Weft's own context, which keeps the event time of splits apart.
    const context = given as SplitSourceContext<T>;
    const { indexOfThisSubtask: subtask, numberOfParallelSubtasks: parallelism } = this.getRuntimeContext();
    const splits = await this.source.splits(parallelism);
    const reading: SplitContext = {
      ...{ subtask, parallelism },
      get isCancelled() {
        return context.isCancelled;
      },
      monotonicMs: () => systemClock.monotonicMs(),
      sleep: (delayMs) => context.sleep(delayMs),
    };
    for (let n = subtask; n < splits.length && !context.isCancelled; n += parallelism) {
      context.enterSplit(String(n));
      const records = this.source.read(splits[n], reading);
      if (Symbol.asyncIterator in records) await emitAsync(records, context);
      else await emitAll(records, context);
      context.endSplit(String(n));
    }
  }
}

async function emitAll<T>(records: Iterable<T>, context: SourceContext<T>): Promise<void> {
  for (const record of records) {
    const room = context.collect(record);
    if (room !== undefined) await room;
    if (context.isCancelled) return;
  }
}

async function emitAsync<T>(records: AsyncIterable<T>, context: SourceContext<T>): Promise<void> {
  for await (const record of records) {
    await context.collect(record);
    if (context.isCancelled) return;
  }
}
