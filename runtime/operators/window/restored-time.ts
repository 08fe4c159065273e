import { MIN_WATERMARK } from '../../functions/index.js';
import type { OperatorList, OperatorStates } from '../../state/index.js';

/**
 * How far an operator had come in event time when a checkpoint was taken. Windows that had fired by then are not fired again, and
 * what was late stays late, though the watermarks of the restored job begin anew.
 */
export class RestoredTime {
  private readonly list: OperatorList;

  constructor(states: OperatorStates, nowMs: () => number) {
    this.list = states.list('window-time', 'UNION');
    states.takePart({
      snapshotState: () => {
        // Nothing may have come since the last restore.
        this.list.items = [Math.max(nowMs(), this.timeMs)];
      },
    });
  }

  /** Of the subtask that was furthest behind; MIN_WATERMARK when nothing was restored. To be read once the state is back. */
  get timeMs(): number {
    const { items } = this.list;
    return items.length === 0 ? MIN_WATERMARK : Math.min(...(items as number[]));
  }
}
