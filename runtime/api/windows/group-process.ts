/** The functions of `join` and `coGroup` in the one form that their operator calls. */
import type { CoGroupFunction, FlatJoinFunction, JoinFunction } from '../../functions/index.js';
import type { UserFunction } from '../../graph/operator-spec.js';
import type { GroupProcess } from '../../graph/window-spec.js';
import { syncFunction } from '../functions/user-function.js';

/** Parameters of a function that emits to a collector. */
const WITH_COLLECTOR = 3;

/** A function of pairs: it returns the result, or with three parameters emits what it likes. @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION */
export function joinProcess(caller: string, given: unknown): GroupProcess {
  const fn = syncFunction<UserFunction<JoinFunction<unknown, unknown, unknown>>>(caller, 'join', given);
  if (fn.join.length < WITH_COLLECTOR) return { kind: 'pairs', fn };
  return { kind: 'flatPairs', fn: fn as unknown as UserFunction<FlatJoinFunction<unknown, unknown, unknown>> };
}

/** @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION */
export function coGroupProcess(caller: string, given: unknown): GroupProcess {
  const fn = syncFunction<UserFunction<CoGroupFunction<unknown, unknown, unknown>>>(caller, 'coGroup', given);
  return { kind: 'groups', fn };
}
