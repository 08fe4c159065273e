/** Operators over two connected streams: each input has the code of the operator over one stream, and they share the rest. */
import { instantiate } from '../common/code-template.js';
import type { KeyFunction, OperatorSpec } from '../graph/operator-spec.js';
import { broadcastProcess } from './broadcast-process.js';
import { ElementScope, onTimerOf } from './element-scope.js';
import { enterKey } from './enter-key.js';
import { flatMap } from './flat-map.js';
import { intervalJoinCode } from './join/interval-join-code.js';
import { windowJoinCode } from './join/window-join-code.js';
import { map } from './map.js';
import type { OperatorContext } from './operator-context.js';
import { processElements } from './process.js';
import type { Next } from './task-context.js';

/** What takes the records of each input, by its number; undefined for an operator with one input. */
export function twoInputCode(
  spec: OperatorSpec,
  next: Next,
  operator: OperatorContext,
  objectReuse: boolean,
): [Next, Next] | undefined {
  switch (spec.type) {
    case 'coMap': {
      const { fn } = spec;
      return keyedIf(spec.stateKeys, operator, [
        instantiate(map)({ map: (value) => fn.map1(value) }, next, operator),
        instantiate(map)({ map: (value) => fn.map2(value) }, next, operator),
      ]);
    }
    case 'coFlatMap': {
      const { fn } = spec;
      return keyedIf(spec.stateKeys, operator, [
        instantiate(flatMap)({ flatMap: (value, out) => fn.flatMap1(value, out) }, next, operator),
        instantiate(flatMap)({ flatMap: (value, out) => fn.flatMap2(value, out) }, next, operator),
      ]);
    }
    case 'coProcess': {
      const { fn } = spec;
      const scope = new ElementScope(next, operator);
      const code = instantiate(processElements);
      return [
        code({ processElement: (value, context, out) => fn.processElement1(value, context, out) }, scope, operator),
        code({ processElement: (value, context, out) => fn.processElement2(value, context, out) }, scope, operator),
      ];
    }
    case 'keyedCoProcess': {
      const { fn, keys } = spec;
      const scope = new ElementScope(next, operator, operator.states.keyed(), onTimerOf(fn));
      const [first, second] = [instantiate(processElements), instantiate(processElements)];
      return keyedIf(keys, operator, [
        first({ processElement: (v, context, out) => fn.processElement1(v, context, out) }, scope, operator),
        second({ processElement: (v, context, out) => fn.processElement2(v, context, out) }, scope, operator),
      ]);
    }
    case 'windowJoin':
      return windowJoinCode(spec, next, operator, objectReuse);
    case 'intervalJoin':
      return intervalJoinCode(spec, next, operator, objectReuse);
    case 'broadcastProcess':
      return broadcastProcess(spec, next, operator);
    default:
      return undefined;
  }
}

/** Each input with the key of its record at hand. */
function keyedIf(
  keys: readonly [KeyFunction, KeyFunction] | undefined,
  operator: OperatorContext,
  [first, second]: [Next, Next],
): [Next, Next] {
  if (keys === undefined) return [first, second];
  return [enterKey(keys[0], first, operator), enterKey(keys[1], second, operator)];
}
