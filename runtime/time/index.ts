/**
 * Event time and processing time of operators: watermarks merged by minimum, timers, and what is due when. Called by
 * operators and by the chain that drives them; knows no channels. Nothing here runs by itself: the slot thread asks.
 */
export { Schedule, type Scheduled } from './schedule.js';
export { TimerService, USER_TIMERS, type TimerListener } from './timer-service.js';
export type { Timer } from './timer-queue.js';
export { TimestampHeap } from './timestamp-heap.js';
export { WatermarkValve, type TimeTaker } from './watermark-valve.js';
