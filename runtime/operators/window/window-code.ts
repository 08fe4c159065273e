/** From what a window operator is (its spec) to the code that takes its records and hears of time. */
import { instantiate } from '../../common/code-template.js';
import type { KeyFunction } from '../../graph/operator-spec.js';
import type { WindowSettings, WindowSpec } from '../../graph/window-spec.js';
import { retainer } from '../hand-over.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';
import { accumulation, type Accumulation } from './accumulation.js';
import { chainRows, type ListsForm } from './chain-rows.js';
import { clearProcessed, emitProcessed, emitValues } from './emit-results.js';
import { gridWindowCode } from './grid-window-code.js';
import { keyedWindowCode } from './keyed-window-code.js';
import { listKind, mergeLists } from './list-kind.js';
import { accumulatedSlots, listSlots } from './slots.js';
import { valueRows } from './value-rows.js';
import type { EvictedKind, WindowBody } from './window-body.js';
import { WindowScope } from './window-scope.js';

type Retain = (record: unknown) => unknown;

/** What takes the records of a window operator. */
export function windowCode(spec: WindowSpec, next: Next, operator: OperatorContext, objectReuse: boolean): Next {
  const retain = retainer(objectReuse);
  const fold = spec.contents.kind === 'list' ? undefined : accumulation(spec.contents, retain, operator);
  const body: WindowBody = {
    ...(fold === undefined ? listParts(retain) : foldParts(fold)),
    evicted: evictedRecords(fold, retain),
    lateTag: spec.lateTag,
    outputs(states, watermark) {
      const { process } = spec;
      if (process === undefined) return { emit: instantiate(emitValues)(next), clear: undefined };
      const backend = operator.states.keyed();
      const scope = new WindowScope(next, operator, states, watermark);
      return {
        emit: instantiate(emitProcessed)(process, fold !== undefined, scope, backend, operator),
        clear: process.clear && clearProcessed(process.clear, scope, backend, operator),
      };
    },
  };
  return windowInputs(spec, body, [spec.key], operator)[0];
}

/** Windows on a grid, with the trigger that they have by themselves, are kept by window; all others by key. */
export function windowInputs(
  settings: WindowSettings,
  body: WindowBody,
  keys: readonly KeyFunction[],
  operator: OperatorContext,
): Next[] {
  const { assigner, trigger, evictor } = settings;
  if (assigner.grid !== undefined && trigger === undefined && evictor === undefined) {
    const code = gridWindowCode(settings, assigner.grid, body, keys, operator);
    if (code !== undefined) return code;
  }
  return keyedWindowCode(settings, body, keys, operator);
}

type Parts = Pick<WindowBody, 'values' | 'rows' | 'merge' | 'slots'>;

function listParts(retain: Retain): Parts {
  const values = instantiate(listKind)(retain);
  return { values, rows: chainRows(ONE_LIST, values, retain), merge: mergeLists, slots: listSlots(retain) };
}

const ONE_LIST: ListsForm = {
  streams: 1,
  side: { second: false },
  valueOf: ([list = []]) => list,
  listsOf: (value) => [value as unknown[]],
  partial: true,
};

function foldParts(fold: Accumulation): Parts {
  const { merge } = fold;
  return { values: fold, rows: valueRows(fold), merge, slots: merge && instantiate(accumulatedSlots)(fold, merge) };
}

function evictedRecords(fold: Accumulation | undefined, retain: Retain): EvictedKind {
  return {
    element: (record, timestamp) => ({ value: retain(record), timestamp }),
    value(elements) {
      if (fold === undefined) return elements.map(({ value }) => value);
      if (elements.length === 0) return undefined;
      // The records stay in the window: the value must not be one of them.
      let value = fold.first(fold.copy(elements[0].value));
      for (let i = 1; i < elements.length; i++) value = fold.add(value, elements[i].value);
      return fold.result(value);
    },
  };
}
