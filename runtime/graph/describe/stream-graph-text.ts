import type { JobGraph } from '../job-graph.js';
import { alignColumns, count } from './columns.js';

/** One line an operator: id, name, parallelism, what it reads and how, uid, and the line of the program. */
export function describeStreamGraph(jobGraph: JobGraph): string {
  const rows = jobGraph.streamNodes.map((node) => {
    const inputs = jobGraph.streamEdges
      .filter((edge) => edge.target === node.id)
      .map((edge) => `${edge.partitioner} from ${edge.source}`);
    return [
      String(node.id),
      node.name,
      `parallelism ${node.parallelism}`,
      inputs.join(', '),
      node.uid === undefined ? '' : `uid ${node.uid}`,
      node.declaredAt ?? '',
    ];
  });
  return [`StreamGraph of "${jobGraph.name}": ${count(rows.length, 'operator')}`, ...alignColumns(rows)].join('\n');
}
