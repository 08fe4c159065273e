import { defineCodes } from './code-entry.js';

export const JOBMANAGER_CODES = defineCodes({});
