/** In which order an operator gets its records, if not as they come: in BATCH keyed operators get them key by key. */
import type { KeyFunction, OperatorSpec, SortField } from './operator-spec.js';

export interface InputOrder {
  /**
   * For each input what its records are grouped by. Undefined: the input is not sorted, and comes before those that are. Left
   * out: there are no groups.
   */
  readonly groups?: readonly (KeyFunction | undefined)[];
  /** The order within a group; then by timestamp, then as they came. */
  readonly sorts: readonly SortField[];
}

/** Undefined: as they come. */
export function inputOrderOf(spec: OperatorSpec, mode: 'STREAMING' | 'BATCH' | undefined): InputOrder | undefined {
  if (spec.type === 'firstOfGroup') return { groups: [spec.key], sorts: spec.sorts };
  if (spec.type === 'sortPartition') return { sorts: spec.sorts };
  if (mode !== 'BATCH') return undefined;
  if ('keys' in spec) return { groups: spec.keys, sorts: [] };
  return 'key' in spec ? { groups: [spec.key], sorts: [] } : undefined;
}

/** Whether the records of the operator's input of that number are sorted. */
export function isSorted({ groups }: InputOrder, input: number): boolean {
  return groups === undefined || groups[input] !== undefined;
}

/** For people: `by key, then by price descending`. */
export function describeOrder({ groups, sorts }: InputOrder): string {
  const fields = sorts.map(({ name, descending }) => `by ${name}${descending ? ' descending' : ''}`);
  return [...(groups === undefined ? [] : ['by key']), ...fields].join(', then ');
}
