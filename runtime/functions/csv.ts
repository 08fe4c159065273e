/**
 * A record as a line of CSV: the elements of an array, the values of an object, or the record itself. Quoted where a value holds
 * the delimiter, a quote or a line break (RFC 4180).
 */
import { formatRecord } from './format-record.js';

export function formatCsv(record: unknown, delimiter = ','): string {
  return valuesOf(record)
    .map((value) => field(value === null || value === undefined ? '' : formatRecord(value), delimiter))
    .join(delimiter);
}

function valuesOf(record: unknown): unknown[] {
  if (Array.isArray(record)) return record;
  const plain = typeof record === 'object' && record !== null && Object.getPrototypeOf(record) === Object.prototype;
  return plain ? Object.values(record) : [record];
}

function field(text: string, delimiter: string): string {
  const special = text.includes(delimiter) || /["\r\n]/.test(text);
  return special ? `"${text.replaceAll('"', '""')}"` : text;
}
