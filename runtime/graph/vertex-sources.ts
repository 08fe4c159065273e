/** Where the records of a vertex come from. Pure. */
import type { JobGraph, JobVertex } from './job-graph.js';

/** The sources whose records reach the vertex, in the order of the graph; of a source none. */
export function sourcesBehind(
  { vertices, edges }: Pick<JobGraph, 'vertices' | 'edges'>,
  vertexId: string,
): JobVertex[] {
  const inputsOf = (id: string): string[] =>
    edges.flatMap(({ sourceVertex, targetVertex }) => (targetVertex === id ? [sourceVertex] : []));
  const behind = new Set(inputsOf(vertexId));
  for (const id of behind) for (const input of inputsOf(id)) behind.add(input);
  behind.delete(vertexId);
  return vertices.filter(({ id }) => behind.has(id) && inputsOf(id).length === 0);
}
