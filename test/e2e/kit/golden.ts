/** Recorded answers of Flink and YARN, and how they are compared: Weft's may say more, but never less. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../tidy/sources.js';

export function golden(folder: 'flink-golden' | 'yarn-golden', name: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, 'test', 'fixtures', folder, `${name}.json`), 'utf8'));
}

/**
 * What of the recorded shape an answer lacks, as paths: keys that are missing and values of another type. Each element of an
 * array must have the shape of one that was recorded. Null stands for any type.
 */
export function lacking(recorded: unknown, answer: unknown, path = '$'): string[] {
  if (recorded === null || answer === null) return [];
  const [wanted, given] = [typeOf(recorded), typeOf(answer)];
  if (wanted !== given) return [`${path}: ${wanted} there, ${given} here`];
  if (Array.isArray(recorded) && Array.isArray(answer)) {
    if (recorded.length === 0) return [];
    if (answer.length === 0) return [`${path}: empty`];
    return answer.flatMap((element, i) => lackingAtLeast(recorded, element, `${path}[${i}]`));
  }
  if (wanted !== 'object') return [];
  const fields = answer as Record<string, unknown>;
  return Object.entries(recorded as object).flatMap(([key, value]) =>
    key in fields ? lacking(value, fields[key], `${path}.${key}`) : [`${path}.${key}: missing`],
  );
}

/** Against the recorded element that is most like it. */
function lackingAtLeast(recorded: readonly unknown[], element: unknown, path: string): string[] {
  const attempts = recorded.map((candidate) => lacking(candidate, element, path));
  return attempts.reduce((best, next) => (next.length < best.length ? next : best));
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
