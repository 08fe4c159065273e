/** How far a task has come in event time, for the pages, and a warning when it is held back. */
import { MIN_WATERMARK } from '../../functions/index.js';
import type { Chain, TaskContext } from '../../operators/index.js';
import type { TaskInput } from './task-input.js';
import type { TaskFigures } from './task-metrics.js';
import type { OutgoingTime } from './task-output.js';

/** Who stands longer than this, while others come on, is named in the log. */
const HELD_BACK_MS = 10_000;

type Progress = Pick<TaskFigures, 'inputWatermarkMs' | 'outputWatermarkMs' | 'outputWatermarkSinceMs' | 'outputIdle'>;

export class TaskProgress {
  private lastMs = MIN_WATERMARK;
  private sinceMs: number;
  /** Who was named last. */
  private named: string | undefined;

  constructor(
    private readonly chain: Chain,
    private readonly input: TaskInput,
    private readonly outgoing: OutgoingTime,
    private readonly context: TaskContext,
  ) {
    this.sinceMs = context.clock.nowMs();
  }

  /** To be called from time to time: what it says of since when is as exact as that. */
  look(): Progress {
    const { chain, outgoing, context } = this;
    if (outgoing.watermarkMs !== this.lastMs) {
      this.lastMs = outgoing.watermarkMs;
      this.sinceMs = context.clock.nowMs();
    }
    this.nameHolder();
    return {
      inputWatermarkMs: chain.headOperator.eventTime.watermarkMs,
      outputWatermarkMs: outgoing.watermarkMs,
      outputWatermarkSinceMs: this.sinceMs,
      outputIdle: outgoing.idle ? 1 : 0,
    };
  }

  private nameHolder(): void {
    const { clock } = this.context;
    const held = this.input.heldBackBy?.();
    const stoodMs = held === undefined ? 0 : clock.monotonicMs() - held.sinceMs;
    if (held === undefined || stoodMs < HELD_BACK_MS) {
      this.named = undefined;
    } else if (this.named !== held.by) {
      this.named = held.by;
      this.context.warn('the watermark is held back', {
        operator: this.chain.headOperator.name,
        by: held.by,
        since: new Date(clock.nowMs() - stoodMs).toISOString(),
      });
    }
  }
}
