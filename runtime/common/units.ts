/** Human units, read once at the border: durations become milliseconds, memory sizes become bytes. */
import { WeftError } from './errors/weft-error.js';

const MEMORY_UNITS: Record<string, number> = {
  '': 1,
  b: 1,
  bytes: 1,
  k: 1024,
  kb: 1024,
  kibibytes: 1024,
  m: 1024 ** 2,
  mb: 1024 ** 2,
  mebibytes: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1024 ** 3,
  gibibytes: 1024 ** 3,
  t: 1024 ** 4,
  tb: 1024 ** 4,
  tebibytes: 1024 ** 4,
};

const DURATION_UNITS_MS: Record<string, number> = {
  '': 1,
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  milli: 1,
  millis: 1,
  millisecond: 1,
  milliseconds: 1,
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
};

/** `1gb`, `1024m`, `64 kb` … in bytes; a bare number counts in `bareUnitBytes` (Flink's files: 1, its CLI: a megabyte). */
export function parseMemoryBytes(text: string, bareUnitBytes = 1): number {
  const match = /^\s*(\d+)\s*([a-zA-Z]*)\s*$/.exec(text);
  const unit =
    match === null ? undefined : match[2] === '' ? bareUnitBytes : MEMORY_UNITS[(match[2] ?? '').toLowerCase()];
  if (match === null || unit === undefined) {
    throw new WeftError(
      'CONFIG_BAD_VALUE',
      `"${text}" is not a memory size. Write a whole number and a unit, e.g. 512m or 1gb.`,
    );
  }
  const bytes = Number(match[1]) * unit;
  if (!Number.isSafeInteger(bytes)) throw new WeftError('CONFIG_BAD_VALUE', `"${text}" is too large a memory size.`);
  return bytes;
}

/** `10 s`, `500ms`, `1 min`, `PT10S` … in milliseconds; a bare number counts in milliseconds. */
export function parseDurationMs(text: string): number {
  const iso = /^\s*P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?\s*$/i.exec(text);
  if (iso !== null && /\d/.test(text)) {
    const [, days, hours, minutes, seconds] = iso;
    return (
      Number(days ?? 0) * 86_400_000 +
      Number(hours ?? 0) * 3_600_000 +
      Number(minutes ?? 0) * 60_000 +
      Number(seconds ?? 0) * 1000
    );
  }
  const match = /^\s*(-?\d+(?:\.\d+)?)\s*([a-zA-Zµ]*)\s*$/.exec(text);
  const unitMs = match === null ? undefined : DURATION_UNITS_MS[(match[2] ?? '').toLowerCase()];
  if (match === null || unitMs === undefined) {
    throw new WeftError(
      'CONFIG_BAD_VALUE',
      `"${text}" is not a duration. Write a number and a unit, e.g. 500ms, 10 s or 1 min.`,
    );
  }
  return Number(match[1]) * unitMs;
}

/** `1.5 GB`, `512 MB` … for people. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number.isInteger(value) ? value : value.toFixed(1)} ${units[unit]}`;
}

/** `1 h 4 min`, `12.3 s`, `87 ms` … for people. */
export function formatDurationMs(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  if (durationMs < 3_600_000)
    return `${Math.floor(durationMs / 60_000)} min ${Math.floor((durationMs % 60_000) / 1000)} s`;
  return `${Math.floor(durationMs / 3_600_000)} h ${Math.floor((durationMs % 3_600_000) / 60_000)} min`;
}
