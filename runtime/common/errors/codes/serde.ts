import { defineCodes } from './code-entry.js';

export const SERDE_CODES = defineCodes({});
