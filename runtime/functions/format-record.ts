/**
 * A record as one line of text, as `print` and `writeAsText` write it: strings as they are, objects with a `toString` of
 * their own by that, everything else as JSON (BigInt as digits, Map and Set as arrays).
 */
export function formatRecord(record: unknown): string {
  switch (typeof record) {
    case 'string':
      return record;
    case 'object':
      return record === null ? 'null' : formatObject(record);
    default:
      return String(record);
  }
}

function formatObject(record: object): string {
  if (record instanceof Date) return Number.isNaN(record.getTime()) ? 'Invalid Date' : record.toISOString();
  if (!Array.isArray(record) && record.toString !== Object.prototype.toString && !isContainer(record)) {
    return (record as { toString(): string }).toString();
  }
  return JSON.stringify(record, jsonValue);
}

function isContainer(value: object): boolean {
  return value instanceof Map || value instanceof Set || ArrayBuffer.isView(value);
}

function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Map) return [...(value as Map<unknown, unknown>).entries()];
  if (value instanceof Set) return [...(value as Set<unknown>).values()];
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return [...(value as Uint8Array)];
  return value;
}
