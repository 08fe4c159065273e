/** One operator of one subtask: its name in messages, and how its failures become errors that say who failed where. */
import { inspect } from 'node:util';
import { WeftError, type ErrorCode } from '../common/errors/index.js';
import { OutputTag } from '../functions/index.js';
import type { OperatorStates } from '../state/index.js';
import type { Scheduled, TimeTaker } from '../time/index.js';
import { OperatorTime } from './operator-time.js';
import type { SourceTime } from './watermarks/source-time.js';
import type { TaskContext } from './task-context.js';

/** The error's own stack with its lines mapped to the user's source; undefined when it has none. */
export type StackMapper = (error: Error) => string | undefined;

export class OperatorContext {
  /** Who takes what the operator emits to a side output, by the tag's id; put in by the chain. */
  sideOutputs: ReadonlyMap<string, (value: unknown) => void> = new Map();
  /**
   * How many records went to the main output, of an operator that counts them itself. A typed array, because a field that outgrows
   * 31 bits is boxed anew at each record.
   */
  readonly emitted = new Float64Array(1);
  /** Of a source: what it says about event time; put in by its code. */
  sourceTime: SourceTime | undefined;
  /** The operator's place in event time: listen to it for watermarks. */
  readonly eventTime: OperatorTime;
  /** What takes the watermarks of the operator's input. @default `eventTime`, which hands them on */
  time: TimeTaker;

  constructor(
    readonly task: TaskContext,
    /** The operator's name as the program gave it. */
    readonly name: string,
    /** Where the program made the operator, `file:line:column`. */
    private readonly declaredAt: string | undefined,
    private readonly mapStack: StackMapper,
    /** What the operator keeps for checkpoints: keyed state, lists, who takes part. */
    readonly states: OperatorStates,
    /** Who takes the operator's watermarks. */
    readonly timeOut: TimeTaker,
    /** Batch: the records of a key come in a row, and what is planned for the key happens at their end. */
    readonly perKey = false,
  ) {
    this.eventTime = new OperatorTime(timeOut);
    this.time = this.eventTime;
  }

  /**
   * Plans what is to be done for keys by the machine's clock; in batch `endKey` instead, when a key's records have ended: how long
   * they took to come says nothing there.
   */
  planForKeys(byClock: Scheduled, endKey: () => void): void {
    if (this.perKey) this.eventTime.onKeyEnd(endKey);
    else this.task.schedule.add(byClock);
  }

  /** A function of the operator threw: the error to throw on. What an operator further down threw passes unchanged. */
  failed(error: unknown): WeftError {
    if (error === this.task.failure) return this.task.failure as WeftError;
    if (error instanceof WeftError) return this.task.fail(this.named(error));
    // Only an error says in which line it was thrown.
    const message = error instanceof Error ? describe(error) : `${inspect(error)} was thrown${this.declared()}.`;
    const failure = new WeftError('TASK_USER_FUNCTION_FAILED', `${this.place()}: ${message}`, {
      subject: this.name,
      cause: error,
    });
    const stack = error instanceof Error ? this.mapStack(error) : undefined;
    if (stack !== undefined) {
      failure.stack = stack;
      (error as Error).stack = stack;
    }
    return this.task.fail(failure);
  }

  /** The function's value is a promise, or another thing that comes later. */
  returnedPromise(): WeftError {
    return this.refuse('TASK_RETURNED_PROMISE', 'the function returned a promise where its value is due');
  }

  /** Hands the value to the readers of the side output, if there are any. */
  emitToSide(tag: unknown, value: unknown): void {
    if (!(tag instanceof OutputTag)) {
      throw this.refuse('TASK_BAD_OUTPUT', `output() was given ${inspect(tag, { depth: 0 })} instead of an OutputTag`);
    }
    this.sideOutputs.get(tag.id)?.(value);
  }

  /** A collector or context was used after the call that it was for. */
  lateOutput(): WeftError {
    return this.refuse('TASK_BAD_OUTPUT', 'the function emitted after it had returned');
  }

  asyncTimeout(timeoutMs: number): WeftError {
    return this.refuse('TASK_ASYNC_TIMEOUT', `there was no result within ${timeoutMs} ms`);
  }

  notIterable(result: unknown): WeftError {
    const what = inspect(result, { depth: 0 });
    return this.refuse('TASK_BAD_RESULT', `the function returned ${what}, which is not iterable`);
  }

  /** A record is not what the program declared of the operator's records. */
  misfit(path: string, problem: string): WeftError {
    return this.refuse('TASK_TYPE_MISMATCH', `${path} does not fit the declared type: ${problem}`);
  }

  badKey(key: unknown, cause?: unknown): WeftError {
    return this.refuse('TASK_BAD_KEY', `${inspect(key, { depth: 1 })} cannot be a key`, cause);
  }

  badTimestamp(timestamp: unknown, record: unknown): WeftError {
    const what = timestamp === undefined || Number.isNaN(timestamp) ? 'none' : inspect(timestamp, { depth: 0 });
    return this.refuse('TIME_NO_TIMESTAMP', `the timestamp of ${inspect(record, { depth: 1 })} is ${what}`);
  }

  badTimer(timestamp: unknown): WeftError {
    return this.refuse('TIME_NO_TIMESTAMP', `a timer cannot be set for ${inspect(timestamp, { depth: 0 })}`);
  }

  timerWithoutKey(): WeftError {
    return this.refuse('STATE_NO_KEY', 'timers belong to keys, and the stream has none');
  }

  unknownBroadcastState(descriptor: unknown): WeftError {
    const name = (descriptor as { name?: unknown } | undefined)?.name ?? descriptor;
    return this.refuse('STATE_BAD_DESCRIPTOR', `broadcast() was not given the state ${inspect(name, { depth: 0 })}`);
  }

  readOnlyState(name: string): WeftError {
    return this.refuse('STATE_READ_ONLY', `the broadcast state "${name}" can only be read here`);
  }

  stateWithoutKey(): WeftError {
    return this.refuse('STATE_NO_KEY', 'keyed state belongs to keys, and the stream has none');
  }

  badAggregate(verb: string, field: string | undefined, value: unknown): WeftError {
    const where = field === undefined ? 'the record' : `field "${field}"`;
    return this.refuse('TASK_BAD_AGGREGATE', `cannot ${verb} ${where}: it is ${inspect(value, { depth: 0 })}`);
  }

  /** Sessions grew together, and nobody said how their accumulators become one. */
  cannotMerge(): WeftError {
    return this.refuse('TASK_BAD_AGGREGATE', 'windows that merge need merge() in their AggregateFunction');
  }

  /** A merge made a window whose time is up. */
  mergedWindowIsOver(window: string): WeftError {
    return this.refuse('TASK_WINDOW_IS_OVER', `windows were merged into ${window}, which the watermark has passed`);
  }

  private refuse(code: ErrorCode, what: string, cause?: unknown): WeftError {
    const message = `${this.place()}: ${what}${this.declared()}.`;
    return this.task.fail(
      new WeftError(code, message, { subject: this.name, ...(cause === undefined ? {} : { cause }) }),
    );
  }

  /** An error of Weft's own (say, of a serializer, or over a file) that does not know where it happened. */
  private named(error: WeftError): WeftError {
    const { code, hint, subject = this.name, cause, stack } = error;
    const hasLine = this.declaredAt === undefined || error.message.includes('declared at ');
    const declared = hasLine ? '' : ` The operator is declared at ${this.declaredAt}.`;
    const named = new WeftError(code, `${this.place()}: ${error.message}${declared}`, { subject, hint, cause });
    named.stack = stack ?? '';
    return named;
  }

  private declared(): string {
    return this.declaredAt === undefined ? '' : ` (declared at ${this.declaredAt})`;
  }

  private place(): string {
    return `${this.name} (subtask ${this.task.subtask})`;
  }
}

function describe(error: Error): string {
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}
