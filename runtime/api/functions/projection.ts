import { apiError } from '../api-error.js';
import { fieldName } from './user-function.js';

/**
 * What `project` does with a record: positions make a tuple, field names an object.
 * @throws API_BAD_ARGUMENT for neither, both, or none
 */
export function projection(fields: readonly unknown[]): (record: unknown) => unknown {
  const names = fields.map((field) => fieldName('project', field));
  if (names.length === 0) throw apiError('API_BAD_ARGUMENT', 'project() needs a position or a field.');
  const positions = fields.filter((field) => typeof field === 'number').length;
  if (positions === names.length) return (record) => names.map((name) => (record as Record<string, unknown>)[name]);
  if (positions > 0) throw apiError('API_BAD_ARGUMENT', 'project() takes positions or field names, not both.');
  return (record) => Object.fromEntries(names.map((name) => [name, (record as Record<string, unknown>)[name]]));
}
