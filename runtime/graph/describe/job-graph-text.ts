import type { JobGraph, StreamEdgeData } from '../job-graph.js';
import { chainTree } from '../plan-json.js';
import { count } from './columns.js';

/** The vertices with the operators chained in them, then for every edge whether it was chained and why. */
export function describeJobGraph(jobGraph: JobGraph): string {
  const names = new Map(jobGraph.streamNodes.map((node) => [node.id, node.name]));
  return [
    `JobGraph: ${count(jobGraph.vertices.length, 'task')} of ${count(jobGraph.streamNodes.length, 'operator')}`,
    ...jobGraph.vertices.flatMap((vertex) => [
      `  ${vertex.name}`,
      `    parallelism ${vertex.parallelism}, maximum ${vertex.maxParallelism}, ` +
        `slot sharing group ${vertex.slotSharingGroup}, id ${vertex.id}`,
      ...chainTree(vertex, jobGraph).map(({ indent, name }) => `      ${indent}${name}`),
    ]),
    'Edges',
    ...jobGraph.streamEdges.flatMap((edge) => [
      `  ${names.get(edge.source) ?? edge.source} → ${names.get(edge.target) ?? edge.target}: ${outcome(edge)}${inBatch(edge, jobGraph)}`,
      ...edge.reasons.map((reason) => `    - ${reason}`),
    ]),
  ].join('\n');
}

function outcome(edge: StreamEdgeData): string {
  return `${edge.chained ? 'chained' : 'not chained'}, ${EXCHANGE[edge.partitioner]} (${edge.partitioner})`;
}

/** What only edges of BATCH jobs, and of operators that need all of their input, have. */
function inBatch({ source, target, inputIndex, outputTag }: StreamEdgeData, { edges }: JobGraph): string {
  const edge = edges.find(
    (it) =>
      it.sourceNode === source &&
      it.targetNode === target &&
      it.inputIndex === inputIndex &&
      it.outputTag === outputTag,
  );
  return (
    (edge?.exchange === 'BLOCKING' ? ', blocking: goes through files, and is read when all of it is there' : '') +
    (edge?.sorted === undefined ? '' : `, sorted ${edge.sorted}`)
  );
}

/** What the partitioner does to the records, as Flink's documentation divides them. */
const EXCHANGE: Record<StreamEdgeData['partitioner'], string> = {
  FORWARD: 'one-to-one',
  HASH: 'redistributing by key',
  REBALANCE: 'redistributing in turn',
  RESCALE: 'redistributing in turn within a share',
  SHUFFLE: 'redistributing at random',
  BROADCAST: 'redistributing to all',
  GLOBAL: 'redistributing to the first subtask',
  CUSTOM: 'redistributing by the program’s function',
};
