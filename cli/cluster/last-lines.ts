import { readFileSync } from 'node:fs';

const LINES = 10;
const LINE_LENGTH = 500;

/** The end of a log, for a message. */
export function lastLines(path: string): string {
  try {
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LINES);
    return lines.map((line) => line.slice(0, LINE_LENGTH)).join('\n');
  } catch {
    return '(there is no log)';
  }
}
