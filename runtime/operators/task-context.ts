/** What all operators of one subtask share while it runs. */
import type { Clock } from '../common/clock.js';
import type { WeftError } from '../common/errors/index.js';
import type { MetricGroup } from '../functions/index.js';
import type { RecordKey } from '../serde/index.js';
import { Schedule } from '../time/index.js';
import { UserMetrics } from './user-metrics.js';

/** Takes one record; the record itself is passed, without a wrapper round it. */
export type Next = (record: unknown) => void;

/** The event time of a record that has none. */
export const NO_TIMESTAMP = Number.NaN;

export interface TaskContextOptions {
  /** @default 200 */
  autoWatermarkIntervalMs?: number;
  /** Subtasks of the task's vertex. @default 1 */
  parallelism?: number;
  warn?: (text: string, detail: Record<string, string>) => void;
  /** What the subtask's metrics are reported by. @default nobody asks for them */
  metrics?: UserMetrics;
}

export class TaskContext {
  /**
   * Event time of the record on its way through the chain, epoch milliseconds; NaN if it has none. Who emits with another one
   * puts the old one back when the emission returns.
   */
  timestampMs: number = NO_TIMESTAMP;
  /**
   * What the input's channel knows about the key of the record at hand. It is the head's key, and what is kept there is the
   * head's; others leave it alone.
   */
  readonly recordKey: RecordKey = { number: 0, kept: [] };
  /**
   * The first error of the subtask. Kept here as well as thrown, because the call stack of a chain runs through user
   * functions (a flatMap calls its collector), which may catch what is thrown below them.
   */
  failure: WeftError | undefined;
  /** What the subtask has to do at certain times. */
  readonly schedule = new Schedule();

  constructor(
    readonly clock: Clock,
    readonly subtask: number,
    private readonly options: TaskContextOptions = {},
  ) {}

  /** How often watermark generators are asked; 0 = never. */
  get autoWatermarkIntervalMs(): number {
    return this.options.autoWatermarkIntervalMs ?? 200;
  }

  get parallelism(): number {
    return this.options.parallelism ?? 1;
  }

  /** Where an operator registers metrics of its own. */
  metricsOf(operator: string): MetricGroup {
    return (this.options.metrics ?? new UserMetrics(() => undefined)).groupOf(operator);
  }

  /** For the log. */
  warn(text: string, detail: Record<string, string>): void {
    this.options.warn?.(text, detail);
  }

  /** Notes the failure unless there is an earlier one; returns the one that counts. */
  fail(error: WeftError): WeftError {
    this.failure ??= error;
    return this.failure;
  }

  timestamp(): number | null {
    return Number.isNaN(this.timestampMs) ? null : this.timestampMs;
  }
}
