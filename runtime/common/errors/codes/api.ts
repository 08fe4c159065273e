import { defineCodes } from './code-entry.js';

export const API_CODES = defineCodes({});
