import type { Evictor, OutputTag, ReduceFunction, Trigger, Window, WindowAssigner } from '../../functions/index.js';
import type { FieldAggregation, KeyFunction } from '../../graph/operator-spec.js';
import type { WindowContents, WindowProcess } from '../../graph/window-spec.js';
import type { Duration } from '../checks.js';
import type { ExtremeArguments, ExtremeByArguments, SumArguments } from '../functions/fields.js';
import { fieldName, syncFunction } from '../functions/user-function.js';
import { WindowChoices } from '../windows/window-choices.js';
import { aggregateFunction, eitherProcess } from '../windows/window-process.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { StreamContext, StreamInput } from './stream-context.js';

/** The windows of a stream, whose results a function has still to say. */
export abstract class Windows<T, W extends Window> {
  declare protected readonly types: [T, W];
  protected readonly choices: WindowChoices;

  /** Made by `window` and its kin. */
  constructor(
    private readonly context: StreamContext,
    private readonly inputs: readonly StreamInput[],
    private readonly key: KeyFunction,
    assigner: WindowAssigner<never, W>,
    /** Whether functions are told the key; else there is one subtask for all records. */
    protected readonly keyed: boolean,
  ) {
    this.choices = new WindowChoices(assigner);
  }

  /** Says when a result is due, instead of the trigger that the windows have by themselves. @throws API_BAD_ARGUMENT */
  trigger(trigger: Trigger<T, W>): this {
    this.choices.trigger(trigger);
    return this;
  }

  /** Takes records out of a window before or after its function. The window then keeps all its records. */
  evictor(evictor: Evictor<T, W>): this {
    this.choices.evictor(evictor);
    return this;
  }

  /**
   * How long behind its end a window of event time still takes records: each of them gives an updated result at once.
   * @default 0
   */
  allowedLateness(lateness: Duration): this {
    this.choices.allowedLateness(lateness);
    return this;
  }

  /** Hands what comes too late for all its windows to a side output, instead of dropping it. */
  sideOutputLateData(tag: OutputTag<T>): this {
    this.choices.sideOutputLateData(tag);
    return this;
  }

  /** The first record of each window with the field replaced by the sum. */
  sum(...by: SumArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregateField('sum', by);
  }

  /** The first record of each window with the field replaced by the least value. */
  min(...by: ExtremeArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregateField('min', by);
  }

  /** The first record of each window with the field replaced by the greatest value. */
  max(...by: ExtremeArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregateField('max', by);
  }

  /** The whole record with the least value of the field. On a tie the earlier one, unless `first` is false. @default first = true */
  minBy(...by: ExtremeByArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregateField('minBy', by);
  }

  /** As `minBy`, with the greatest value. */
  maxBy(...by: ExtremeByArguments<T>): SingleOutputStreamOperator<T> {
    return this.aggregateField('maxBy', by);
  }

  protected reduceWith<R>(fn: unknown, process: unknown): SingleOutputStreamOperator<R> {
    const contents = { kind: 'reduce', fn: syncFunction<ReduceFunction<unknown>>('reduce', 'reduce', fn) } as const;
    return this.operator(contents, process === undefined ? undefined : eitherProcess('reduce', process, this.keyed));
  }

  protected aggregateWith<R>(fn: unknown, process: unknown): SingleOutputStreamOperator<R> {
    const contents = { kind: 'aggregate', fn: aggregateFunction('aggregate', fn) } as const;
    return this.operator(contents, process === undefined ? undefined : eitherProcess('aggregate', process, this.keyed));
  }

  protected operator<R>(contents: WindowContents, process: WindowProcess | undefined): SingleOutputStreamOperator<R> {
    const { choices, key } = this;
    return this.context.operator(this.inputs, {
      name: choices.name,
      pact: 'Operator',
      operator: { type: 'window', key, contents, process, lateTag: choices.lateTag, ...choices.settings },
      chainingStrategy: 'ALWAYS',
      parallelism: this.keyed ? undefined : 1,
      nonParallel: !this.keyed,
    });
  }

  private aggregateField(kind: FieldAggregation['kind'], by: readonly unknown[]): SingleOutputStreamOperator<T> {
    const [field, first = true] = by;
    const aggregation = {
      ...{ kind, field: field === undefined ? undefined : fieldName(kind, field), first: first === true },
    };
    return this.operator({ kind: 'field', aggregation }, undefined);
  }
}
