/**
 * What each operator does with a record, and how the operators of one vertex become one chain of calls. Used by the
 * slot thread, which feeds the head and closes the chain; knows nothing of threads, buffers or files.
 *
 * Every operator is a template (`runtime/common/code-template.ts`): its code is compiled anew for each place in a
 * chain, so that each of its call sites sees one callee. Records are passed as they are; the event time of the record
 * on its way is in the `TaskContext`. Between two operators a record is copied unless the job reuses objects.
 */
export { Chain, type ChainOptions } from './chain.js';
export { keyedStateOf } from './checkpointed-function.js';
export { OperatorContext, type StackMapper } from './operator-context.js';
export type { RecordSink } from './sink.js';
export { HotKeys } from './hot-keys.js';
export { UserMetrics } from './user-metrics.js';
export { TaskAccumulators } from './task-accumulators.js';
export { NO_TIMESTAMP, TaskContext, type Next } from './task-context.js';
