import { randomInt } from 'node:crypto';
import { TimeWindow } from '../../functions/index.js';
import { apiError } from '../api-error.js';

/**
 * Whether the windows of all subtasks begin at the same moments, or each subtask moves its own, so that not all of them fire at
 * once. The offset of a subtask is found with its first record, and anew after a restart.
 */
export abstract class WindowStagger {
  /** No offset. The default. */
  static readonly ALIGNED: WindowStagger = new (class extends WindowStagger {
    override getStaggerOffset(): number {
      return 0;
    }
  })();

  /** Anything below the size. */
  static readonly RANDOM: WindowStagger = new (class extends WindowStagger {
    override getStaggerOffset(_currentProcessingTime: number, size: number): number {
      return randomInt(size);
    }
  })();

  /** Where the clock of the machine stands in its window when the first record comes. */
  static readonly NATURAL: WindowStagger = new (class extends WindowStagger {
    override getStaggerOffset(currentProcessingTime: number, size: number): number {
      return currentProcessingTime - TimeWindow.getWindowStartWithOffset(currentProcessingTime, 0, size);
    }
  })();

  /** Milliseconds from 0 to below the size. */
  abstract getStaggerOffset(currentProcessingTime: number, size: number): number;
}

/** @throws API_BAD_ARGUMENT */
export function checkStagger(given: unknown): WindowStagger {
  if (given instanceof WindowStagger) return given;
  throw apiError('API_BAD_ARGUMENT', `The stagger of windows must be a WindowStagger, not ${String(given)}.`);
}
