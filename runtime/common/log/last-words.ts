/** The last words of a process that died, for a message to people. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_BYTES = 16 * 1024;
const NEWLINE = 0x0a;
const ERROR_LEVEL = 50;

interface LogLine {
  level?: number;
  msg?: string;
  err?: { message?: string };
}

/** The last lines of the files, structured ones by their message; lines of level error and above alone, if there are any. */
export function lastWords(files: readonly string[], maxLines = 10): string[] {
  const lines = files.flatMap(tailOf);
  const errors = lines.filter(({ isError }) => isError);
  return (errors.length > 0 ? errors : lines).slice(-maxLines).map(({ text }) => text);
}

function tailOf(file: string): { text: string; isError: boolean }[] {
  return endOf(file)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const entry = parse(line);
      if (entry?.msg === undefined) return { text: line, isError: false };
      const cause = entry.err?.message;
      const text = cause === undefined || entry.msg.includes(cause) ? entry.msg : `${entry.msg}: ${cause}`;
      return { text, isError: (entry.level ?? 0) >= ERROR_LEVEL };
    });
}

/** The last whole lines of a file; nothing of one that cannot be read. */
function endOf(file: string): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return '';
  }
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.subarray(size > TAIL_BYTES ? buffer.indexOf(NEWLINE) + 1 : 0).toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

function parse(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
