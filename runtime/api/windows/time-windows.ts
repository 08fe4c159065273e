import type { TimeWindow, WindowAssigner } from '../../functions/index.js';
import type { Duration } from '../checks.js';
import type { StreamContext } from '../streams/stream-context.js';
import {
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
} from './grid-windows.js';

/** Windows of the time that the environment's characteristic says, as programs of old write them. @throws API_BAD_ARGUMENT */
export function timeWindows(
  { timeCharacteristic }: StreamContext,
  size: Duration,
  slide?: Duration,
): WindowAssigner<unknown, TimeWindow> {
  const processing = timeCharacteristic === 'processing';
  if (slide === undefined) return (processing ? TumblingProcessingTimeWindows : TumblingEventTimeWindows).of(size);
  return (processing ? SlidingProcessingTimeWindows : SlidingEventTimeWindows).of(size, slide);
}
