/**
 * Where a thread keeps its instance of the API. A second one, bundled with the program, would have classes and a state
 * of its own, and the engine would not recognise what the program builds.
 */
export const API_SYMBOL = Symbol.for('weft-stream.api');

/** Called when the program's imports reach the API: an ambient recording starts to count from there. */
export const API_IMPORTED_SYMBOL = Symbol.for('weft-stream.api-imported');
