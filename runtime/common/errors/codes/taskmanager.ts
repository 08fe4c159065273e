import { defineCodes } from './code-entry.js';

export const TASKMANAGER_CODES = defineCodes({});
