/** Accumulators in the shape of Flink's REST API. */
import type { AccumulatorState } from '../../common/wire/protocols/task-findings.js';
import { accumulatorText } from '../../graph/accumulator-states.js';

export function userAccumulator(state: AccumulatorState): { name: string; type: string; value: string } {
  return { name: state.name, type: state.type, value: accumulatorText(state) };
}
