import { defineCodes } from './code-entry.js';

export const APPMASTER_CODES = defineCodes({});
