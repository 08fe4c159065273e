import { defineCodes } from './code-entry.js';

export const CLI_CODES = defineCodes({});
