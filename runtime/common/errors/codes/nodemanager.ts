import { defineCodes } from './code-entry.js';

export const NODEMANAGER_CODES = defineCodes({});
