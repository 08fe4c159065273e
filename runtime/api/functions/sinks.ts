/** From what the user gave as a sink to what its operator is. */
import { TwoPhaseCommitSink, TwoPhaseCommitSinkFunction, type Sink, type SinkFunction } from '../../functions/index.js';
import type { SinkSpec } from '../../graph/operator-spec.js';
import { anyFunction } from './user-function.js';

/** For `addSink`. @throws API_BAD_FUNCTION */
export function addedSink(given: unknown): SinkSpec {
  if (given instanceof TwoPhaseCommitSinkFunction) {
    const fn = given as TwoPhaseCommitSinkFunction<unknown, unknown>;
    // It is closed by its sink, which may have to abort before.
    const lifecycle = {
      setRuntimeContext: fn.setRuntimeContext.bind(fn),
      open: () => fn.open?.(),
    };
    return { kind: 'committing', sink: new TwoPhaseCommitSink(fn), fn: lifecycle };
  }
  if (typeof given === 'object' && given !== null && 'createWriter' in given) return committingSink('addSink', given);
  return { kind: 'function', fn: anyFunction<SinkFunction<unknown>>('addSink', 'invoke', given) };
}

/** @throws API_BAD_FUNCTION */
export function committingSink(caller: string, given: unknown): SinkSpec {
  const sink = anyFunction<Sink<unknown>>(caller, 'createWriter', given);
  anyFunction<Sink<unknown>>(caller, 'createCommitter', given);
  return { kind: 'committing', sink };
}
