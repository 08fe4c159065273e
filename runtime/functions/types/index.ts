/** Types that programs declare, for the records of streams and the values of state; and the schemas of other libraries. */
export type { DefaultedType, OptionalType, TypeDescription, TypeInformation } from './description.js';
export { compatibilityOf, type Compatibility } from './compatibility.js';
export { migrate } from './migrate.js';
export { mismatch } from './mismatch.js';
export { issuePath, type SchemaInput, type SchemaOutput, type StandardSchemaV1 } from './standard-schema.js';
export { typeName, typeToJson, typeFromJson } from './type-text.js';
export { descriptionOf, Types, type RowOf, type TypeOf } from './types.js';
