/**
 * A program becomes one artifact (`bundleProgram`), is laid out somewhere (`materializeArtifact`), and is run: by the client
 * with everything recorded that could differ elsewhere (`runProgram`), by slot threads with that recording played back
 * (`replayProgram`). Errors of user code are mapped to the user's own lines (`mapUserStack`). Knows nothing of clusters.
 */
export { API_SYMBOL } from './api-symbols.js';
export { describeFiles, type Artifact, type ArtifactSource } from './artifact.js';
export { bundleProgram, type BundleOptions } from './bundle-program.js';
export { materializeArtifact, readArtifactFile } from './materialize.js';
export { replayProgram, type ReplayOptions } from './replay.js';
export { ContextRecording, type ProgramExecution, type RunJob } from './context-recording.js';
export { runProgram, type RunOptions } from './run-program.js';
export { mapUserStack, sourceMappingOf } from './source-mapping.js';
