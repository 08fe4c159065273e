import { instantiate } from '../../common/code-template.js';
import type { CoGroupFunction, Collector, FlatJoinFunction, JoinFunction } from '../../functions/index.js';
import type { GroupProcess, WindowJoinSpec } from '../../graph/window-spec.js';
import { retainer } from '../hand-over.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import { chainRows } from '../window/chain-rows.js';
import type { EmitResult } from '../window/emit-results.js';
import { windowInputs } from '../window/window-code.js';
import { evictedPairs, mergePairs, pairForm, pairSlots, pairValues, type Pair, type Side } from './pairs.js';

/** What takes the records of the two streams of a window join. */
export function windowJoinCode(
  spec: WindowJoinSpec,
  next: Next,
  operator: OperatorContext,
  objectReuse: boolean,
): [Next, Next] {
  const retain = retainer(objectReuse);
  const side: Side = { second: false };
  const emit = emitterOf(spec.group, next, operator);
  const values = instantiate(pairValues)(side, retain);
  const body = {
    values,
    rows: chainRows(pairForm(side, spec.group.kind === 'groups'), values, retain),
    merge: mergePairs,
    slots: pairSlots(side, retain),
    evicted: evictedPairs(side, retain),
    outputs: () => ({ emit, clear: undefined }),
    lateTag: undefined,
  };
  const [first, second] = windowInputs(spec, body, spec.keys, operator);
  return [instantiate(fromSide)(side, false, first), instantiate(fromSide)(side, true, second)];
}

/** Template. */
function fromSide(side: Side, second: boolean, next: Next): Next {
  return function takeFromSide(record) {
    side.second = second;
    next(record);
  };
}

function emitterOf(group: GroupProcess, next: Next, operator: OperatorContext): EmitResult {
  switch (group.kind) {
    case 'pairs':
      return instantiate(joinPairs)(group.fn, next, operator);
    case 'flatPairs':
      return instantiate(flatJoinPairs)(group.fn, { collect: next }, operator);
    case 'groups':
      return instantiate(coGroup)(group.fn, { collect: next }, operator);
  }
}

/** Template: one result for each pair. */
function joinPairs(fn: JoinFunction<unknown, unknown, unknown>, next: Next, operator: OperatorContext): EmitResult {
  return function joinWindow(_key, _id, _window, value) {
    const { first, second } = value as Pair;
    if (first === undefined || second === undefined) return;
    for (let i = 0; i < first.length; i++) {
      for (let j = 0; j < second.length; j++) {
        let result: unknown;
        try {
          result = fn.join(first[i], second[j]);
        } catch (error) {
          throw operator.failed(error);
        }
        if (result instanceof Promise) throw operator.returnedPromise();
        next(result);
      }
    }
  };
}

/** Template: any number of results for each pair. */
function flatJoinPairs(
  fn: FlatJoinFunction<unknown, unknown, unknown>,
  out: Collector<unknown>,
  operator: OperatorContext,
): EmitResult {
  return function flatJoinWindow(_key, _id, _window, value) {
    const { first, second } = value as Pair;
    if (first === undefined || second === undefined) return;
    try {
      for (const a of first) for (const b of second) fn.join(a, b, out);
    } catch (error) {
      throw operator.failed(error);
    }
  };
}

/** Template: both sides at once. */
function coGroup(
  fn: CoGroupFunction<unknown, unknown, unknown>,
  out: Collector<unknown>,
  operator: OperatorContext,
): EmitResult {
  return function coGroupWindow(_key, _id, _window, value) {
    const { first, second } = value as Pair;
    try {
      fn.coGroup(first ?? [], second ?? [], out);
    } catch (error) {
      throw operator.failed(error);
    }
  };
}
