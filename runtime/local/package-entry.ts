/**
 * What `import … from 'weft-stream'` loads in a program that runs by itself. (In a submitted program the import is bound to
 * the API of the thread instead.) Recording starts when this is loaded, which is before the program's own code.
 */
import { setLocalHost } from '../api/host.js';
import * as api from '../api/index.js';
import { API_SYMBOL } from '../bundle/api-symbols.js';
import { startAmbientRecording } from './ambient-recording.js';

(globalThis as unknown as Record<symbol, unknown>)[API_SYMBOL] = api;
startAmbientRecording();
// The engine is loaded only by a program that executes a job: others, like weft run, bring a host of their own.
setLocalHost(async () => (await import('./index.js')).localHost());

export * from '../api/index.js';
