export * from './weft-error.js';
export type { ErrorCode } from './codes/index.js';
export { CODES } from './codes/index.js';
