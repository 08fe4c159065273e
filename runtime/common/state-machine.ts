import { WeftError } from './errors/weft-error.js';

/** One table of legal transitions: state → event → next state. Pure data; the docs' diagrams are drawn from it. */
export type TransitionTable<S extends string, E extends string> = {
  readonly [state in S]: { readonly [event in E]?: S };
};

/** The state after the event. @throws ILLEGAL_TRANSITION if the table does not list it. */
export function transition<S extends string, E extends string>(
  machine: string,
  table: TransitionTable<S, E>,
  state: S,
  event: E,
): S {
  const next = table[state][event];
  if (next === undefined) {
    throw new WeftError('ILLEGAL_TRANSITION', `${machine}: no transition from ${state} on ${event}`);
  }
  return next;
}

/** Whether the table lists the event for this state. */
export function canTransition<S extends string, E extends string>(
  table: TransitionTable<S, E>,
  state: S,
  event: E,
): boolean {
  return table[state][event] !== undefined;
}

/** The table as a Mermaid state diagram. */
export function toMermaid<S extends string, E extends string>(table: TransitionTable<S, E>): string {
  const lines = ['stateDiagram-v2'];
  for (const [state, events] of Object.entries(table) as [S, Partial<Record<E, S>>][]) {
    for (const [event, next] of Object.entries(events) as [E, S][]) lines.push(`  ${state} --> ${next}: ${event}`);
  }
  return lines.join('\n');
}
