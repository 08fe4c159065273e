import type { ValueKind } from './window-body.js';

/** All records, in the order of their arrival. @param retain a copy of a record where someone else may change it later */
export function listKind(retain: (record: unknown) => unknown): ValueKind {
  return {
    first: (record) => [retain(record)],
    add(list, record) {
      (list as unknown[]).push(retain(record));
      return list;
    },
    result: (list) => list,
  };
}

/** Two lists of one key. */
export function mergeLists(list: unknown, other: unknown): unknown {
  for (const record of other as unknown[]) (list as unknown[]).push(record);
  return list;
}
