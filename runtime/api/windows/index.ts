/** Windows as programs write them: assigners, triggers and evictors, each with its checks. They run inside operators later. */
export { CountEvictor } from './evictors/count-evictor.js';
export { DeltaEvictor } from './evictors/delta-evictor.js';
export { TimeEvictor } from './evictors/time-evictor.js';
export { GlobalWindows } from './global-windows.js';
export {
  SlidingEventTimeWindows,
  SlidingProcessingTimeWindows,
  TumblingEventTimeWindows,
  TumblingProcessingTimeWindows,
} from './grid-windows.js';
export {
  EventTimeSessionWindows,
  ProcessingTimeSessionWindows,
  type SessionGapInput,
  type SessionWindowTimeGapExtractor,
} from './session-windows.js';
export { ContinuousEventTimeTrigger } from './triggers/continuous-event-time-trigger.js';
export { ContinuousProcessingTimeTrigger } from './triggers/continuous-processing-time-trigger.js';
export { CountTrigger } from './triggers/count-trigger.js';
export { DeltaTrigger, type DeltaFunction, type DeltaInput } from './triggers/delta-trigger.js';
export { EventTimeTrigger } from './triggers/event-time-trigger.js';
export { NeverTrigger } from './triggers/never-trigger.js';
export { ProcessingTimeTrigger } from './triggers/processing-time-trigger.js';
export { PurgingTrigger } from './triggers/purging-trigger.js';
export type {
  AllWindowInput,
  CoGroupInput,
  FlatJoinInput,
  JoinInput,
  ProcessAllWindow,
  ProcessAllWindowInput,
  ProcessJoin,
  ProcessJoinInput,
  ProcessWindow,
  ProcessWindowInput,
  WindowInput,
} from './window-inputs.js';
export { WindowStagger } from './window-stagger.js';
