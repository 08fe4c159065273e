/** What comes too late for all of its windows: handed to a side output, or counted and dropped. */
import type { MetricCounter } from '../../functions/index.js';
import type { OperatorContext } from '../operator-context.js';

export class LateRecords {
  /**
   * @param tag the id of the side output; undefined: late records are dropped
   * @param dropped counts them then
   */
  constructor(
    private readonly operator: OperatorContext,
    private readonly tag: string | undefined,
    private readonly dropped = droppedRecords(operator),
  ) {}

  take(record: unknown): void {
    if (this.tag === undefined) this.dropped.inc();
    else this.operator.sideOutputs.get(this.tag)?.(record);
  }
}

/** The operator's metric of that name, as in Flink. */
export function droppedRecords({ task, name }: OperatorContext): MetricCounter {
  return task.metricsOf(name).counter('numLateRecordsDropped');
}
