/** The last words of a process that died, for a message to people. */
import { readFileSync } from 'node:fs';

const TAIL_BYTES = 16 * 1024;
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
  let content: string;
  try {
    content = readFileSync(file).subarray(-TAIL_BYTES).toString('utf8');
  } catch {
    return [];
  }
  return content
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

function parse(line: string): LogLine | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
