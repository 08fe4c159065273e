/**
 * Sorting beyond memory, for batch operators: entries of key bytes and payload lie in pages of managed memory, are put in
 * order by an index, leave in sorted runs for files when the budget is used up, and come back merged. Called by the slot
 * thread's sorted inputs; knows no operator and no record, only bytes.
 */
export { ExternalSorter, type SortedEntries } from './external-sorter.js';
export { compareBytes, ENTRY_HEADER } from './entry.js';
