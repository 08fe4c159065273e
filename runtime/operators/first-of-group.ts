import type { Next } from './task-context.js';

/** Hands on the first records of each group. The records of a group come in a row. @param groupEnds called at the end of each */
export function firstOfGroup(limit: number, next: Next, groupEnds: (() => void)[] = []): Next {
  let left = limit;
  groupEnds.push(() => {
    left = limit;
  });
  return function firstRecords(record) {
    if (left === 0) return;
    left--;
    next(record);
  };
}
