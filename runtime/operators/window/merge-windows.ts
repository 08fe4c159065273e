import type { MergingWindowAssigner, Window } from '../../functions/index.js';
import { inHashOrder } from './hash-order.js';
import { newEntry, spanOf, windowOf, type WindowEntry } from './window-entry.js';

export interface WindowMerge {
  /** The one that the record belongs to. */
  readonly entry: WindowEntry;
  /** Whether it is not among the key's entries yet. */
  readonly isNew: boolean;
  /** Those whose place it takes. */
  readonly replaced: readonly WindowEntry[];
}

/** Finds what becomes of a key's windows when a record brings another one. Changes nothing. */
export function mergeInto(
  assigner: MergingWindowAssigner<unknown, Window>,
  window: Window,
  entries: readonly WindowEntry[],
): WindowMerge {
  const known = new Map(entries.map((entry) => [windowOf(entry), entry]));
  let found: WindowMerge | undefined;
  assigner.mergeWindows([...known.keys(), window], (toBeMerged, result) => {
    if (!toBeMerged.includes(window)) return;
    const members = toBeMerged.flatMap((member) => known.get(member) ?? []);
    const replaced = inHashOrder(members, 1);
    const { start, end } = spanOf(result);
    const [only] = replaced;
    const covered = replaced.length === 1 && only.start === start && only.end === end;
    found = covered
      ? { entry: only, isNew: false, replaced: [] }
      : { entry: newEntry(spanOf(result)), isNew: true, replaced };
  });
  return found ?? { entry: newEntry(spanOf(window)), isNew: true, replaced: [] };
}
