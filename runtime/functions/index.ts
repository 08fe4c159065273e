export * from './accumulators.js';
export * from './async.js';
export * from './functions.js';
export { OutputTag } from './output-tag.js';
export * from './two-input.js';
export { formatRecord } from './format-record.js';
