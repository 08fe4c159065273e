/** Records at a steady rate, each stamped with the monotonic clock when it is due to leave. */
import { RichParallelSourceFunction, type SourceContext } from 'weft-stream';
import { reading, type Reading } from './generator.js';

/** One clock for all threads and processes of a machine. */
export function nowNs(): number {
  const [seconds, ns] = process.hrtime();
  return seconds * 1e9 + ns;
}

export class StampedSource extends RichParallelSourceFunction<Reading> {
  /**
   * @param count of records in all; Infinity = without an end
   * @param perSecond in all
   */
  constructor(
    private readonly count: number,
    private readonly perSecond: number,
    private readonly keys: number,
  ) {
    super();
  }

  async run(context: SourceContext<Reading>): Promise<void> {
    const { numberOfParallelSubtasks: parallelism, indexOfThisSubtask: subtask } = this.getRuntimeContext();
    const count = this.count / parallelism;
    const firstId = Number.isFinite(count) ? subtask * count : subtask;
    const intervalNs = (1e9 * parallelism) / this.perSecond;
    const startNs = nowNs();
    for (let n = 0; n < count && !context.isCancelled;) {
      const due = Math.min(count, Math.ceil((nowNs() - startNs) / intervalNs));
      while (n < due) {
        const record = reading(firstId + n++, this.keys);
        record.ts = nowNs();
        await context.collect(record);
      }
      await context.sleep(1);
    }
  }
}
