import type { TimestampAssigner, WatermarkGenerator, WatermarkOutput } from '../../functions/index.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next, TaskContext } from '../task-context.js';

/**
 * Template: gives each record its timestamp, hands it on, and then tells the generator.
 * @param extractor undefined: the record keeps the timestamp that it has
 * @param none what an extractor is told when there is none so far
 * @param untimed records need no timestamp: the generator makes nothing of it
 * @param latestMs timestamps above what this returns do not move the watermark; undefined: all do
 */
export function assignTimestamps(
  extractor: TimestampAssigner<unknown> | undefined,
  generator: WatermarkGenerator<unknown>,
  untimed: boolean,
  output: WatermarkOutput,
  latestMs: ((timestampMs: number) => number) | undefined,
  none: number,
  next: Next,
  task: TaskContext,
  operator: OperatorContext,
): Next {
  return function assignTimestamp(record) {
    const before = task.timestampMs;
    let timestampMs = before;
    if (extractor !== undefined) {
      try {
        timestampMs = extractor.extractTimestamp(record, before === before ? before : none);
      } catch (error) {
        throw operator.failed(error);
      }
    }
    if (!untimed && (typeof timestampMs !== 'number' || timestampMs - timestampMs !== 0)) {
      throw operator.badTimestamp(timestampMs, record);
    }
    task.timestampMs = timestampMs;
    next(record);
    task.timestampMs = before;
    if (latestMs !== undefined && timestampMs > latestMs(timestampMs)) return;
    try {
      generator.onEvent(record, timestampMs, output);
    } catch (error) {
      throw operator.failed(error);
    }
  };
}
