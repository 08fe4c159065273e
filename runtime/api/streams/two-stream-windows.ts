/** What `join` and `coGroup` have in common: two streams, a key of each, and windows in which they meet. */
import type { Evictor, Trigger, Window, WindowAssigner } from '../../functions/index.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { GroupProcess } from '../../graph/window-spec.js';
import type { Duration } from '../checks.js';
import { WindowChoices } from '../windows/window-choices.js';
import type { SingleOutputStreamOperator } from './single-output-stream-operator.js';
import type { StreamContext, StreamInput } from './stream-context.js';

export interface TwoStreams {
  readonly context: StreamContext;
  readonly first: readonly StreamInput[];
  readonly second: readonly StreamInput[];
}

export abstract class TwoStreamWindows<A, B, W extends Window> {
  declare protected readonly types: [A, B, W];
  private readonly choices: WindowChoices;

  /** Made by `window`. */
  constructor(
    private readonly streams: TwoStreams,
    private readonly keys: readonly [KeyFunction, KeyFunction],
    assigner: WindowAssigner<never, W>,
  ) {
    this.choices = new WindowChoices(assigner);
  }

  /** Says when a result is due, instead of the trigger that the windows have by themselves. @throws API_BAD_ARGUMENT */
  trigger(trigger: Trigger<A | B, W>): this {
    this.choices.trigger(trigger);
    return this;
  }

  /** Takes records of both streams out of a window before or after its function. */
  evictor(evictor: Evictor<A | B, W>): this {
    this.choices.evictor(evictor);
    return this;
  }

  /** How long behind its end a window still takes records, each of which gives an updated result. @default 0 */
  allowedLateness(lateness: Duration): this {
    this.choices.allowedLateness(lateness);
    return this;
  }

  protected operator<R>(group: GroupProcess): SingleOutputStreamOperator<R> {
    const { streams, keys, choices } = this;
    const inputs = [streams.first, streams.second].flatMap((side, inputIndex) =>
      side.map((input) => ({ ...input, inputIndex, partitioner: { kind: 'HASH', key: keys[inputIndex] } as const })),
    );
    return streams.context.operator(inputs, {
      name: choices.name,
      pact: 'Operator',
      operator: { type: 'windowJoin', keys, group, ...choices.settings },
      chainingStrategy: 'ALWAYS',
      parallelism: undefined,
    });
  }
}
