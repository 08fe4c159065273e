/** The graph that the program of a running job makes with another parallelism. */
import * as api from '../../runtime/api/index.js';
import { API_SYMBOL, materializeArtifact, replayProgram } from '../../runtime/bundle/index.js';
import { createJobGraph } from '../../runtime/graph/job-graph-generator.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import { TemporaryFolder } from '../../runtime/local/temporary-folder.js';

/**
 * Runs the program once more up to its `execute()`, with everything else as the client recorded it; this process ends then.
 * @throws BUNDLE_… when the program makes other operators with that parallelism
 */
export async function rescaledGraph(
  former: JobGraph,
  parallelism: number,
  fetchBlob: (sha256: string) => Promise<Uint8Array>,
): Promise<JobGraph> {
  const { path: folder } = new TemporaryFolder('weft-rescale-');
  await materializeArtifact(former.program.files, ({ sha256 }) => fetchBlob(sha256), folder);
  (globalThis as unknown as Record<symbol, unknown>)[API_SYMBOL] = api;
  const program = { ...former.program, context: { ...former.program.context, parallelism } };
  const streamGraph = await replayProgram({ folder, jobGraph: { ...former, program } });
  const graph = createJobGraph(streamGraph, { jobId: former.jobId, program });
  // Key groups are fixed for the life of the state; by rule they would follow the parallelism.
  const vertices = graph.vertices.map((vertex) => {
    const before = former.vertices.find(({ nodes }) => nodes.some((node) => vertex.nodes.includes(node)));
    return { ...vertex, maxParallelism: before?.maxParallelism ?? vertex.maxParallelism };
  });
  return { ...graph, vertices, settings: { ...graph.settings, ...restoreOf(former) } };
}

function restoreOf({ settings: { restore } }: JobGraph): Pick<JobGraph['settings'], 'restore'> {
  return restore === undefined ? {} : { restore };
}
