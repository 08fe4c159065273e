import { defineCodes } from './code-entry.js';

export const BUNDLE_CODES = defineCodes({});
