/**
 * A program becomes one artifact (`bundleProgram`), is laid out somewhere (`materializeArtifact`), and is run: by the client
 * with everything recorded that could differ elsewhere, by slot threads with that recording played back (`replayProgram`).
 * Errors of user code are mapped to the user's own lines (`mapUserStack`). Knows nothing of clusters or sockets.
 */
export { replayProgram, type ReplayOptions } from './replay.js';
