/** Turns the functions of a windowed stream into the one form that its operator calls. */
import type {
  AggregateFunction,
  AllWindowFunction,
  ProcessWindowContext,
  Window,
  WindowFunction,
} from '../../functions/index.js';
import type { UserFunction } from '../../graph/operator-spec.js';
import type { WindowProcess } from '../../graph/window-spec.js';
import { apiError } from '../api-error.js';
import { syncFunction } from '../functions/user-function.js';
import type { ProcessAllWindow, ProcessWindow } from './window-inputs.js';

type AnyProcess = UserFunction<ProcessWindow<unknown, unknown, unknown, Window>>;
type AnyAllProcess = UserFunction<ProcessAllWindow<unknown, unknown, Window>>;

/** The second function of `reduce` and `aggregate`: an object with `process` or `apply`, or a lambda as `process` takes it. */
export function eitherProcess(caller: string, given: unknown, keyed: boolean): WindowProcess {
  const applies = typeof given === 'object' && given !== null && 'apply' in given && !('process' in given);
  return applies ? applyProcess(caller, given, keyed) : windowProcess(caller, given, keyed);
}

/** @param keyed whether the function is told the key @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION */
export function windowProcess(caller: string, given: unknown, keyed: boolean): WindowProcess {
  if (keyed) {
    const fn = syncFunction<AnyProcess>(caller, 'process', given);
    return {
      process: (key, context, elements, out) => fn.process(key, context, elements, out),
      ...clearOf(fn),
      lifecycle: fn,
    };
  }
  const fn = syncFunction<AnyAllProcess>(caller, 'process', given);
  return {
    process: (_key, context, elements, out) => fn.process(context, elements, out),
    ...clearOf(fn),
    lifecycle: fn,
  };
}

/** As `windowProcess`, of a function that is told the window instead of a context. */
export function applyProcess(caller: string, given: unknown, keyed: boolean): WindowProcess {
  if (keyed) {
    const fn = syncFunction<UserFunction<WindowFunction<unknown, unknown, unknown, Window>>>(caller, 'apply', given);
    return { process: (key, context, values, out) => fn.apply(key, context.window(), values, out), lifecycle: fn };
  }
  const fn = syncFunction<UserFunction<AllWindowFunction<unknown, unknown, Window>>>(caller, 'apply', given);
  return { process: (_key, context, values, out) => fn.apply(context.window(), values, out), lifecycle: fn };
}

function clearOf(fn: AnyProcess | AnyAllProcess): Pick<WindowProcess, 'clear'> {
  return fn.clear === undefined ? {} : { clear: (context: ProcessWindowContext<Window>) => fn.clear?.(context) };
}

/** @throws API_BAD_FUNCTION, API_ASYNC_FUNCTION */
export function aggregateFunction(
  caller: string,
  given: unknown,
): UserFunction<AggregateFunction<unknown, unknown, unknown>> {
  if (typeof given === 'function') {
    throw apiError('API_BAD_FUNCTION', `${caller}() needs an object with createAccumulator(), add() and getResult().`);
  }
  syncFunction<AggregateFunction<unknown, unknown, unknown>>(caller, 'createAccumulator', given);
  syncFunction<AggregateFunction<unknown, unknown, unknown>>(caller, 'getResult', given);
  return syncFunction<AggregateFunction<unknown, unknown, unknown>>(caller, 'add', given);
}
