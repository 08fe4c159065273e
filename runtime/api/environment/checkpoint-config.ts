import type { CheckpointSettings } from '../../graph/stream-graph.js';
import { apiError } from '../api-error.js';
import { checkInteger, checkName, durationMs, type Duration } from '../checks.js';

/** What a restored job makes of records that were on their way: each counts once, or once and perhaps again. */
export const CheckpointingMode = { EXACTLY_ONCE: 'EXACTLY_ONCE', AT_LEAST_ONCE: 'AT_LEAST_ONCE' } as const;
export type CheckpointingMode = keyof typeof CheckpointingMode;

/** What remains of the checkpoints of a job that was cancelled or failed. Of a finished one nothing remains. */
export const ExternalizedCheckpointRetention = {
  /** Kept when the job fails, deleted when it is cancelled. */
  DELETE_ON_CANCELLATION: 'DELETE_ON_CANCELLATION',
  /** Kept in both cases. */
  RETAIN_ON_CANCELLATION: 'RETAIN_ON_CANCELLATION',
  /** Deleted in both cases. */
  NO_EXTERNALIZED_CHECKPOINTS: 'NO_EXTERNALIZED_CHECKPOINTS',
} as const;
export type ExternalizedCheckpointRetention = keyof typeof ExternalizedCheckpointRetention;

/** The older name of `ExternalizedCheckpointRetention`. */
export const ExternalizedCheckpointCleanup = ExternalizedCheckpointRetention;

/** Flink's least interval and timeout. */
const LEAST_MS = 10;

/** How the job takes checkpoints; what is not set is the configuration's (`execution.checkpointing.*`). */
export class CheckpointConfig {
  private readonly chosen: CheckpointSettings = {};

  /** @param interval at least 10 ms */
  setCheckpointInterval(interval: Duration): this {
    this.chosen.intervalMs = atLeast('The checkpoint interval', interval);
    return this;
  }

  getCheckpointInterval(): number | undefined {
    return this.chosen.intervalMs;
  }

  isCheckpointingEnabled(): boolean {
    return this.chosen.intervalMs !== undefined;
  }

  /** @throws API_BAD_ARGUMENT */
  setCheckpointingMode(mode: CheckpointingMode): this {
    if (!Object.hasOwn(CheckpointingMode, mode)) {
      throw apiError(
        'API_BAD_ARGUMENT',
        `A checkpointing mode is EXACTLY_ONCE or AT_LEAST_ONCE, not "${mode as string}".`,
      );
    }
    this.chosen.mode = mode;
    return this;
  }

  getCheckpointingMode(): CheckpointingMode | undefined {
    return this.chosen.mode;
  }

  /** Whether a job with iterations takes checkpoints, which do not hold the records in its loops. @default false */
  setForceCheckpointing(force: boolean): this {
    this.chosen.force = force;
    return this;
  }

  isForceCheckpointing(): boolean {
    return this.chosen.force === true;
  }

  /** A checkpoint that takes longer is given up. @param timeout at least 10 ms @default 10 min */
  setCheckpointTimeout(timeout: Duration): this {
    this.chosen.timeoutMs = atLeast('The checkpoint timeout', timeout);
    return this;
  }

  /** Least time between the end of a checkpoint and the beginning of the next. @default 0 */
  setMinPauseBetweenCheckpoints(pause: Duration): this {
    this.chosen.minPauseMs = durationMs('The pause between checkpoints', pause);
    return this;
  }

  /** @default 1 */
  setMaxConcurrentCheckpoints(count: number): this {
    this.chosen.maxConcurrent = checkInteger('The number of concurrent checkpoints', count, 1);
    return this;
  }

  /**
   * Lets barriers overtake records that are on their way, which then are part of the checkpoint: it no longer waits for a slow
   * operator. Needs exactly once, and one checkpoint at a time. @default false
   */
  enableUnalignedCheckpoints(enabled = true): this {
    this.chosen.unaligned = enabled;
    return this;
  }

  isUnalignedCheckpointsEnabled(): boolean {
    return this.chosen.unaligned === true;
  }

  /** With unaligned checkpoints: each begins aligned, and becomes unaligned after this time. @default 0: at once */
  setAlignedCheckpointTimeout(timeout: Duration): this {
    this.chosen.alignedTimeoutMs = durationMs('The timeout of aligned checkpoints', timeout);
    return this;
  }

  /** As `setAlignedCheckpointTimeout`. */
  setAlignmentTimeout(timeout: Duration): this {
    return this.setAlignedCheckpointTimeout(timeout);
  }

  getAlignedCheckpointTimeout(): number {
    return this.chosen.alignedTimeoutMs ?? 0;
  }

  /** Whether unaligned checkpoints are allowed in jobs with loops and with partitioners of the program. @default false */
  setForceUnalignedCheckpoints(forced: boolean): this {
    this.chosen.forceUnaligned = forced;
    return this;
  }

  isForceUnalignedCheckpoints(): boolean {
    return this.chosen.forceUnaligned === true;
  }

  /** How many checkpoints may fail one after the other before the job is restarted. @default 0 */
  setTolerableCheckpointFailureNumber(count: number): this {
    this.chosen.tolerableFailures = checkInteger('The number of tolerable failures', count, 0);
    return this;
  }

  /** The older way to say whether failures of checkpoints are tolerated. */
  setFailOnCheckpointingErrors(fail: boolean): this {
    return this.setTolerableCheckpointFailureNumber(fail ? 0 : Number.MAX_SAFE_INTEGER);
  }

  /** @default NO_EXTERNALIZED_CHECKPOINTS */
  setExternalizedCheckpointRetention(retention: ExternalizedCheckpointRetention): this {
    if (!Object.hasOwn(ExternalizedCheckpointRetention, retention)) {
      throw apiError('API_BAD_ARGUMENT', `There is no checkpoint retention "${retention as string}".`);
    }
    this.chosen.retention = retention;
    return this;
  }

  /** As `setExternalizedCheckpointRetention`. */
  setExternalizedCheckpointCleanup(cleanup: ExternalizedCheckpointRetention): this {
    return this.setExternalizedCheckpointRetention(cleanup);
  }

  /** As `setExternalizedCheckpointRetention`. */
  enableExternalizedCheckpoints(cleanup: ExternalizedCheckpointRetention): this {
    return this.setExternalizedCheckpointRetention(cleanup);
  }

  /** Folder of the checkpoints, reachable from every node. @default `execution.checkpointing.dir` */
  setCheckpointStorage(path: string): this {
    this.chosen.directory = checkName('The path of setCheckpointStorage()', path);
    return this;
  }

  /** @internal What was set. */
  settings(): CheckpointSettings {
    return this.chosen;
  }
}

function atLeast(what: string, duration: Duration): number {
  const value = durationMs(what, duration);
  if (value >= LEAST_MS) return value;
  throw apiError('API_BAD_ARGUMENT', `${what} must be at least ${LEAST_MS} ms, not ${String(duration)}.`);
}
