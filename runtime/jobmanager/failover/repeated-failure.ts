import type { ErrorCode, WireError } from '../../common/errors/index.js';

/** Failures that the program's own code causes, again and again if nothing round it changes. */
const DETERMINISTIC: ReadonlySet<string> = new Set([
  'TASK_USER_FUNCTION_FAILED',
  'TASK_RETURNED_PROMISE',
  'TASK_BAD_RESULT',
  'TASK_BAD_OUTPUT',
  'TASK_BAD_KEY',
  'TASK_BAD_AGGREGATE',
  'TASK_TYPE_MISMATCH',
  'TASK_WINDOW_IS_OVER',
  'TASK_GRAPH_MISMATCH',
  'TIME_NO_TIMESTAMP',
  'STATE_NO_KEY',
  'STATE_NOT_SERIALIZABLE',
  'STATE_KEY_CHANGED',
  'STATE_KIND_CHANGED',
  'STATE_BAD_DESCRIPTOR',
  'STATE_BAD_MAP_KEY',
  'STATE_READ_ONLY',
  'SERDE_BAD_KEY',
  'SERDE_UNSUPPORTED_VALUE',
  'SERDE_RECORD_TOO_LARGE',
  'EXCHANGE_BAD_PARTITION',
  'SOURCE_OVERRUN',
  'SOURCE_BAD_SPLIT',
  'SOURCE_ENUMERATOR_FAILED',
  'SOURCE_CANNOT_PAUSE_SPLITS',
] satisfies ErrorCode[]);

/** What the world outside says no with: connections, files. Later it may say yes. */
const FROM_OUTSIDE = /\bE[A-Z]{3,}\b/;

/**
 * Notices a job that fails again and again in the same way without getting on: restarting it once more would not help.
 */
export class RepeatedFailure {
  /** So many times are no accident. */
  static readonly LIMIT = 5;
  private last: string | undefined;
  private count = 0;

  /** How often in a row the job has failed so, this time included; 0 for what may pass. */
  times({ code, message, causes }: WireError): number {
    const texts = [message, ...causes.map((cause) => cause.message)];
    if (!DETERMINISTIC.has(code) || texts.some((text) => FROM_OUTSIDE.test(text))) {
      this.reset();
      return 0;
    }
    const fingerprint = [code, ...texts].join('\n');
    this.count = fingerprint === this.last ? this.count + 1 : 1;
    this.last = fingerprint;
    return this.count;
  }

  /** The job got on. */
  reset(): void {
    this.last = undefined;
    this.count = 0;
  }
}
