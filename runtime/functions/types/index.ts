/** Types that programs declare, for the records of streams and the values of state; and the schemas of other libraries. */
export type { OptionalType, TypeDescription, TypeInformation } from './description.js';
export { mismatch } from './mismatch.js';
export { issuePath, type SchemaInput, type SchemaOutput, type StandardSchemaV1 } from './standard-schema.js';
export { descriptionOf, Types, type RowOf, type TypeOf } from './types.js';
