/** What happens to an operator of the contract suite, step by step. */
import { ITEMS, type Item } from './items.js';

/** A record comes, or event time or the clock moves. */
export interface Step {
  /** @default 0 */
  input?: 0 | 1;
  item?: Item;
  /** The event time of the item, epoch milliseconds. */
  at?: number;
  watermarkMs?: number;
  timeMs?: number;
}

/** Records without event time. */
export const RECORDS: readonly Step[] = ITEMS.map((item) => ({ item }));

/** As RECORDS, of two inputs in turn. */
export const TWO_INPUTS: readonly Step[] = ITEMS.map((item, i) => ({ input: i % 4 === 0 ? 1 : 0, item }));

/** A record each 10 ms, some up to 40 ms late, and now and then a watermark 50 ms behind. */
export const TIMED: readonly Step[] = ITEMS.flatMap((item, i): Step[] => {
  const step = { item, at: i * 10 - (i % 5) * 10 };
  return i % 10 === 9 ? [step, { watermarkMs: i * 10 - 50 }] : [step];
});

/** As TIMED, of two inputs in turn. */
export const TWO_TIMED: readonly Step[] = TIMED.flatMap((step, i): Step[] =>
  step.item === undefined
    ? [
        { ...step, input: 0 },
        { ...step, input: 1 },
      ]
    : [{ ...step, input: i % 4 === 0 ? 1 : 0 }],
);

/** Records while the clock moves. */
export const CLOCKED: readonly Step[] = ITEMS.flatMap((item, i): Step[] =>
  i % 10 === 9 ? [{ item }, { timeMs: i * 10 }] : [{ item }],
);
