/** Operators over two connected streams: each input has the code of the operator over one stream, and they share the rest. */
import { instantiate } from '../common/code-template.js';
import type { OperatorSpec } from '../graph/operator-spec.js';
import { ElementScope } from './element-scope.js';
import { flatMap } from './flat-map.js';
import { keyedProcess } from './keyed-process.js';
import { map } from './map.js';
import type { OperatorContext } from './operator-context.js';
import { processElements } from './process.js';
import type { Next } from './task-context.js';

/** What takes the records of each input, by its number; undefined for an operator with one input. */
export function twoInputCode(spec: OperatorSpec, next: Next, operator: OperatorContext): [Next, Next] | undefined {
  switch (spec.type) {
    case 'coMap': {
      const { fn } = spec;
      return [
        instantiate(map)({ map: (value) => fn.map1(value) }, next, operator),
        instantiate(map)({ map: (value) => fn.map2(value) }, next, operator),
      ];
    }
    case 'coFlatMap': {
      const { fn } = spec;
      return [
        instantiate(flatMap)({ flatMap: (value, out) => fn.flatMap1(value, out) }, next, operator),
        instantiate(flatMap)({ flatMap: (value, out) => fn.flatMap2(value, out) }, next, operator),
      ];
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
      const scope = new ElementScope(next, operator);
      const [first, second] = [instantiate(keyedProcess), instantiate(keyedProcess)];
      return [
        first({ processElement: (v, context, out) => fn.processElement1(v, context, out) }, keys[0], scope, operator),
        second({ processElement: (v, context, out) => fn.processElement2(v, context, out) }, keys[1], scope, operator),
      ];
    }
    default:
      return undefined;
  }
}
