import { defineCodes } from './code-entry.js';

export const GRAPH_CODES = defineCodes({});
