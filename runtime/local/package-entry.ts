/**
 * What `import … from 'weft-stream'` loads in a program that runs by itself. (In a submitted program the import is bound to
 * the API of the thread instead.) Recording starts when this is loaded, which is before the program's own code.
 */
import * as api from '../api/index.js';
import { API_SYMBOL } from '../bundle/api-symbols.js';
import { startAmbientRecording } from './ambient-recording.js';

(globalThis as unknown as Record<symbol, unknown>)[API_SYMBOL] = api;
startAmbientRecording();

export * from '../api/index.js';
