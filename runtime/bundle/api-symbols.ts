/** What a thread and the program that runs in it find each other by. */

/**
 * Where a thread keeps its instance of the API. A second one, bundled with the program, would have classes and a state
 * of its own, and the engine would not recognise what the program builds.
 */
export { API_KEY as API_SYMBOL } from '../api/host.js';

/** Called when the program's imports reach the API: an ambient recording starts to count from there. */
export const API_IMPORTED_SYMBOL = Symbol.for('weft-stream.api-imported');
