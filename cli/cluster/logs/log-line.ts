/** Reads Weft's structured log lines for people. Pure. */

const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};
/** Fields that only repeat which process wrote the line. */
const SAID_BY_PREFIX = new Set(['pid', 'role', 'application', 'applicationId', 'container']);
const LEVEL_WIDTH = 5;

interface Structured {
  level: number;
  time: string;
  msg?: string;
  err?: { message?: string; stack?: string };
  [field: string]: unknown;
}

/** How a role begins the line that says why it could not start. */
const START_FAILURE = 'could not start: ';

export interface LogLine {
  /** Epoch milliseconds, where the line tells. */
  readonly timeMs: number | undefined;
  readonly text: string;
}

/** @param raw leaves the text as it was written */
export function readLogLine(text: string, raw: boolean): LogLine {
  const structured = parse(text);
  if (structured === undefined) return { timeMs: undefined, text };
  return { timeMs: Date.parse(structured.time), text: raw ? text : render(structured) };
}

/** What kept a role from starting, if the line tells that. */
export function readStartFailure(text: string): { code: string; message: string; hint: string } | undefined {
  const { code, hint, msg }: Partial<Structured> = parse(text) ?? {};
  if (msg?.startsWith(START_FAILURE) !== true || typeof code !== 'string' || typeof hint !== 'string') return undefined;
  return { code, message: msg.slice(START_FAILURE.length), hint };
}

/** `2026-01-01T12:00:00.000Z INFO  message key=value`, and the stack of an error below. */
function render({ err, level, msg, time, ...rest }: Structured): string {
  const shown = Object.entries(rest)
    .filter(([name]) => !SAID_BY_PREFIX.has(name))
    .map(([name, value]) => `${name}=${plain(value)}`);
  const head = [time, (LEVELS[level] ?? String(level)).padEnd(LEVEL_WIDTH), msg ?? '', ...shown].join(' ').trimEnd();
  const trace = err?.stack ?? err?.message;
  return trace === undefined ? head : `${head}\n${trace}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function parse(text: string): Structured | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Structured>;
    return typeof value.level === 'number' && typeof value.time === 'string' ? (value as Structured) : undefined;
  } catch {
    return undefined;
  }
}
