/** What comes too late for all of its windows: handed to a side output, or counted and dropped. */
import type { OperatorContext } from '../operator-context.js';

export class LateRecords {
  /** Records that were dropped. */
  dropped = 0;

  /** @param tag the id of the side output; undefined: late records are dropped */
  constructor(
    private readonly operator: OperatorContext,
    private readonly tag: string | undefined,
  ) {}

  take(record: unknown): void {
    if (this.tag === undefined) this.dropped++;
    else this.operator.sideOutputs.get(this.tag)?.(record);
  }
}
