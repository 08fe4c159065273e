import { inspect } from 'node:util';
import { WeftError } from '../../common/errors/index.js';
import { apiError } from '../api-error.js';
import { fieldName } from './user-function.js';

/**
 * What `project` does with a record: positions make a tuple, field names an object. A record that lacks a position is refused;
 * a field that is absent is undefined.
 * @throws API_BAD_ARGUMENT for neither, both, or none
 */
export function projection(fields: readonly unknown[]): (record: unknown) => unknown {
  const names = fields.map((field) => fieldName('project', field));
  if (names.length === 0) throw apiError('API_BAD_ARGUMENT', 'project() needs a position or a field.');
  const positions = fields.filter((field) => typeof field === 'number').length;
  if (positions === names.length) return tuple(fields as readonly number[]);
  if (positions > 0) throw apiError('API_BAD_ARGUMENT', 'project() takes positions or field names, not both.');
  return (record) => Object.fromEntries(names.map((name) => [name, (record as Record<string, unknown>)[name]]));
}

function tuple(positions: readonly number[]): (record: unknown) => unknown {
  const highest = Math.max(...positions);
  return (record) => {
    if (!Array.isArray(record) || record.length <= highest) {
      const what = inspect(record, { depth: 1 });
      throw new WeftError(
        'TASK_BAD_RESULT',
        `project(${positions.join(', ')}) finds no position ${highest} in ${what}.`,
      );
    }
    return positions.map((position) => record[position] as unknown);
  };
}
