export * from './accumulators.js';
export * from './async.js';
export * from './broadcast.js';
export { formatCsv } from './csv.js';
export * from './functions.js';
export * from './metrics.js';
export * from './schemas.js';
export * from './sinks/index.js';
export * from './sources/index.js';
export { OutputTag } from './output-tag.js';
export * from './two-input.js';
export {
  Types,
  type OptionalType,
  type RowOf,
  type StandardSchemaV1,
  type TypeInformation,
  type TypeOf,
} from './types/index.js';
export { formatRecord } from './format-record.js';
export * from './watermarks.js';
export * from './watermark-generators.js';
export * from './windows/index.js';
export * from './state/index.js';
export * from './timers.js';
export { WriteMode } from './write-mode.js';
