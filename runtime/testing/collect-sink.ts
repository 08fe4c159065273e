import type { SinkContext, SinkFunction } from '../functions/index.js';

/** Keeps the records that it gets, from all subtasks of its operator, in the order in which they come. */
export class CollectSink<T> implements SinkFunction<T> {
  /** What has come so far. A job that restarts begins anew, and its records are added to those of the attempt before. */
  readonly results: T[] = [];
  /** The event time of each result; null where there is none. */
  readonly timestamps: (number | null)[] = [];

  invoke(value: T, context: SinkContext): void {
    this.results.push(value);
    this.timestamps.push(context.timestamp());
  }

  /** Forgets what has come so far. */
  clear(): void {
    this.results.length = 0;
    this.timestamps.length = 0;
  }
}

/** A sink for `addSink` of a job on a `MiniCluster`; the test reads its `results`. */
export function collectSink<T>(): CollectSink<T> {
  return new CollectSink<T>();
}
