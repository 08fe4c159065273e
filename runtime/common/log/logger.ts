import { pino, type Logger as PinoLogger, type LoggerOptions } from 'pino';

export type Logger = PinoLogger;

export interface LogTags {
  /** Which role writes: resourcemanager, nodemanager, appmaster, jobmanager, taskmanager, cli. */
  role: string;
  [tag: string]: string | number;
}

/**
 * A structured log (one JSON object a line) on stderr, which a NodeManager or the supervisor captures to a file.
 * The level comes from `WEFT_LOG_LEVEL` (trace, debug, info, warn, error, fatal, silent). @default info
 */
export function createLogger(tags: LogTags, level = process.env['WEFT_LOG_LEVEL'] ?? 'info'): Logger {
  const options: LoggerOptions = {
    level,
    base: { pid: process.pid, ...tags },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

/** A log that goes nowhere, for tests and embedded use. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}
