import { WeftError } from '../common/errors/index.js';
import type { AccumulatorState } from '../common/wire/protocols/task-findings.js';
import type { Accumulator } from '../functions/index.js';
import { accumulatorState, accumulatorType } from '../graph/accumulator-states.js';

/** The accumulators of one subtask, shared by all functions of its chain. */
export class TaskAccumulators {
  private readonly byName = new Map<string, Accumulator<never, unknown>>();

  /** @throws API_ACCUMULATOR */
  add(name: string, accumulator: Accumulator<never, unknown>): void {
    if (this.byName.has(name)) throw refusal(`"${name}" exists already in this task`);
    if (accumulatorType(accumulator) === undefined) {
      throw refusal(`"${name}" is none of Weft's kinds, so that nobody could merge it`);
    }
    this.byName.set(name, accumulator);
  }

  get(name: string): Accumulator<never, unknown> | undefined {
    return this.byName.get(name);
  }

  /** The accumulator of that name, made if there is none. @throws API_ACCUMULATOR */
  ofKind<A extends Accumulator<never, unknown>>(name: string, Kind: new () => A): A {
    const found = this.byName.get(name);
    if (found instanceof Kind) return found;
    const made = new Kind();
    if (found !== undefined) {
      throw refusal(`"${name}" is a ${accumulatorType(found)}, not a ${accumulatorType(made)}`);
    }
    this.byName.set(name, made);
    return made;
  }

  /** What they hold now; undefined when there is none. */
  states(): AccumulatorState[] | undefined {
    if (this.byName.size === 0) return undefined;
    return [...this.byName].map(([name, accumulator]) => accumulatorState(name, accumulator));
  }
}

function refusal(what: string): WeftError {
  return new WeftError('API_ACCUMULATOR', `The accumulator ${what}.`);
}
