/** Holds an operator's records against the type that the program declared with `returns()`. */
import { instantiate } from '../common/code-template.js';
import type { StandardSchemaV1 } from '../functions/index.js';
import { descriptionOf, issuePath, mismatch, type TypeDescription } from '../functions/types/index.js';
import type { StreamNode } from '../graph/stream-graph.js';
import { makeTypeCheck } from '../serde/index.js';
import type { OperatorContext } from './operator-context.js';
import type { Next } from './task-context.js';

/** What takes the operator's records; `next` itself when nothing is declared. */
export function outputCheck({ outputType }: StreamNode, next: Next, operator: OperatorContext): Next {
  if (outputType === undefined) return next;
  const type = descriptionOf(outputType);
  if (type === undefined) return instantiate(applySchema)(outputType, issuePath, next, operator);
  return type.kind === 'generic' ? next : instantiate(checkType)(makeTypeCheck(type), type, mismatch, next, operator);
}

/** Template: lets records of the type pass. */
function checkType(
  fits: (record: unknown) => boolean,
  type: TypeDescription,
  explain: typeof mismatch,
  next: Next,
  operator: OperatorContext,
): Next {
  return function checkRecord(record) {
    if (!fits(record)) {
      const { path, problem } = explain(type, record) ?? { path: 'record', problem: 'it is of another form' };
      throw operator.misfit(path, problem);
    }
    next(record);
  };
}

/** Template: passes on what the schema makes of each record. */
function applySchema(schema: StandardSchemaV1, pathOf: typeof issuePath, next: Next, operator: OperatorContext): Next {
  const { validate } = schema['~standard'];
  return function validateRecord(record) {
    let result: ReturnType<typeof validate>;
    try {
      result = validate(record);
    } catch (error) {
      throw operator.failed(error);
    }
    if (result instanceof Promise) throw operator.returnedPromise();
    const { issues } = result;
    if (issues !== undefined) {
      const [issue] = issues;
      throw operator.misfit(issue === undefined ? 'record' : pathOf(issue), issue?.message ?? 'the schema refuses it');
    }
    next(result.value);
  };
}
