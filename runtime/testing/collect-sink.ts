import type { SinkFunction } from '../functions/index.js';

/** Keeps the records that it gets, from all subtasks of its operator, in the order in which they come. */
export class CollectSink<T> implements SinkFunction<T> {
  /** What has come so far. A job that restarts begins anew, and its records are added to those of the attempt before. */
  readonly results: T[] = [];

  invoke(value: T): void {
    this.results.push(value);
  }
}

/** A sink for `addSink` of a job on a `MiniCluster`; the test reads its `results`. */
export function collectSink<T>(): CollectSink<T> {
  return new CollectSink<T>();
}
