/** Windows as users describe and extend them: the windows themselves, who assigns them, what fires and empties them. */
export * from './assigner.js';
export * from './evictor.js';
export { mergeTimeWindows } from './merge-time-windows.js';
export * from './process-window-function.js';
export * from './trigger.js';
export * from './window.js';
export * from './window-functions.js';
