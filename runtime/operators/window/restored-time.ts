import { MIN_WATERMARK } from '../../functions/index.js';
import type { TaskContext } from '../task-context.js';
import type { OperatorList, OperatorStates } from '../../state/index.js';

/**
 * How far an operator had come in event time when a checkpoint was taken. Windows that had fired by then are not fired again, and
 * what was late stays late, though the watermarks of the restored job begin anew.
 */
export class RestoredTime {
  private readonly list: OperatorList;

  constructor(
    states: OperatorStates,
    nowMs: () => number,
    private readonly task: Pick<TaskContext, 'subtask' | 'parallelism'>,
  ) {
    this.list = states.list('window-time', 'UNION');
    states.takePart({
      snapshotState: () => {
        // Nothing may have come since the last restore.
        const { subtask, parallelism } = task;
        this.list.items = [{ subtask, parallelism, timeMs: Math.max(nowMs(), this.timeMs) }];
      },
    });
  }

  /**
   * Of this subtask, which in an unaligned checkpoint may be ahead of others; at another parallelism of the one that was furthest
   * behind. MIN_WATERMARK when nothing was restored. To be read once the state is back.
   */
  get timeMs(): number {
    const items = this.list.items as (Reached | number)[];
    const { subtask, parallelism } = this.task;
    const isOwn = (item: Reached | number): boolean =>
      typeof item === 'object' && item.subtask === subtask && item.parallelism === parallelism;
    const own = items.filter(isOwn);
    const times = (own.length > 0 ? own : items).map((item) => (typeof item === 'number' ? item : item.timeMs));
    return times.length === 0 ? MIN_WATERMARK : Math.min(...times);
  }
}

/** How far a subtask had come. Older checkpoints have the time alone. */
interface Reached {
  readonly subtask: number;
  readonly parallelism: number;
  readonly timeMs: number;
}
