import type { JobGraph } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';

export interface ReplayOptions {
  /** Where the artifact was laid out (`materializeArtifact`): `jobGraph.program.entry` lies in it. */
  folder: string;
  jobGraph: JobGraph;
}

/**
 * Runs the bundled program in this thread with the context that the client recorded, up to the `execute()` that made the
 * job graph, and returns the graph with the user's functions. What the program prints meanwhile is muted; the program
 * stays parked at that `execute()` for ever. Call it once a thread.
 * @throws BUNDLE_GRAPH_DIVERGED, BUNDLE_IO_IN_REPLAY, BUNDLE_PROGRAM_FAILED
 */
export function replayProgram(options: ReplayOptions): Promise<StreamGraph> {
  return Promise.reject(new Error(`not bundled yet: ${options.folder}`));
}
