import type { Bucket } from '../../state/index.js';
import type { AddRecord } from './window-store.js';

/**
 * Template.
 * @param first the value of a key's first record
 * @param grow the value with one more record; it may be changed in place
 */
export function addToBucket(
  first: (record: unknown) => unknown,
  grow: (value: unknown, record: unknown) => unknown,
): AddRecord {
  return function addRecordToBucket(content, id, key, record) {
    const bucket = content as Bucket;
    const cell = bucket.cell(id);
    if (cell === undefined) {
      bucket.add(id, key, first(record));
    } else {
      bucket.touch(cell);
      cell.value = grow(cell.value, record);
    }
  };
}
