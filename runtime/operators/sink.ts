import type { SinkContext, SinkFunction } from '../functions/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Backlog } from './backlog.js';
import type { SinkBacklog } from './sink-backlog.js';
import type { Next } from './task-context.js';

/** Something that takes records at once: the built-in sinks. */
export interface RecordSink {
  /** Before the first record. */
  open?(): void | Promise<void>;
  write(record: unknown): void;
  /** At the end of each turn of the slot thread. */
  flush?(): void;
  /** Where records wait, if they do. */
  readonly backlog?: Backlog;
  /** After the last record, and after a failure or a cancel. */
  close?(): void | Promise<void>;
}

/** Template: a built-in sink. */
export function recordSink(sink: RecordSink, operator: OperatorContext): Next {
  return function writeRecord(record) {
    try {
      sink.write(record);
    } catch (error) {
      throw operator.failed(error);
    }
  };
}

/** Template: a sink of the program, which may need time for a record. */
export function functionSink(
  fn: SinkFunction<unknown>,
  context: SinkContext,
  backlog: SinkBacklog,
  operator: OperatorContext,
): Next {
  return function invokeSink(record) {
    if (backlog.busy) {
      backlog.add(record);
      return;
    }
    let result: unknown;
    try {
      result = fn.invoke(record, context);
    } catch (error) {
      throw operator.failed(error);
    }
    if (typeof result === 'object' && result !== null) backlog.await(result);
  };
}
