import { defineCodes } from './code-entry.js';

export const RESOURCEMANAGER_CODES = defineCodes({});
