import type { OperatorFigures } from '../../common/wire/protocols/task-findings.js';
import type { RecordWriter } from '../../exchange/index.js';
import type { JobGraph } from '../../graph/job-graph.js';
import type { Chain } from '../../operators/index.js';
import type { TaskInput } from './task-input.js';

/** What each operator of a subtask has taken and emitted, in records and, where it meets the exchange, in bytes. */
export function operatorFigures(
  jobGraph: JobGraph,
  chain: Chain,
  { recordsIn, bytesIn }: Pick<TaskInput, 'recordsIn' | 'bytesIn'>,
  writers: ReadonlyMap<string, RecordWriter>,
): OperatorFigures[] {
  return chain.records(recordsIn).map(({ node: { id, name }, ...records }, index) => {
    const leaving = jobGraph.edges.filter(({ sourceNode }) => sourceNode === id);
    return {
      operatorId: jobGraph.streamNodes.find((node) => node.id === id)?.operatorId ?? '',
      name,
      ...records,
      bytesIn: index === 0 ? bytesIn : 0,
      bytesOut: leaving.reduce((sum, edge) => sum + (writers.get(edge.id)?.counters.bytesOut ?? 0), 0),
    };
  });
}
