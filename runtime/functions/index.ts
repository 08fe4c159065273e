export * from './accumulators.js';
export * from './functions.js';
export { formatRecord } from './format-record.js';
