/** Sinks whose output becomes visible with a commit: what users implement, and the one for files. */
export * from './sink.js';
export { FileSink, type FileSinkOptions } from './file/file-sink.js';
export type { RollingPolicy } from './file/rolling-policy.js';
export { TwoPhaseCommitSink, TwoPhaseCommitSinkFunction, type TwoPhased } from './two-phase-commit-sink-function.js';
