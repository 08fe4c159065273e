import { expand, type SubtaskKey } from '../execution-graph.js';
import type { JobGraph } from '../job-graph.js';
import { count } from './columns.js';
import { groupBy } from './group-by.js';

/** What is listed of a long row; the rest is counted. */
const SHOWN = 16;

/** The subtasks by slot, then the channels of each edge by producer. */
export function describeExecutionGraph(jobGraph: JobGraph): string {
  const { slots, channels } = expand(jobGraph);
  const subtasks = slots.reduce((sum, slot) => sum + slot.subtasks.length, 0);
  const total = [...channels.values()].reduce((sum, list) => sum + list.length, 0);
  const vertices = new Map(jobGraph.vertices.map((vertex) => [vertex.id, vertex]));
  const title = ({ vertexId, subtask }: SubtaskKey): string => {
    const vertex = vertices.get(vertexId);
    return `${vertex?.name ?? vertexId} (${subtask + 1}/${vertex?.parallelism ?? '?'})`;
  };
  return [
    `ExecutionGraph: ${count(subtasks, 'subtask')} in ${count(slots.length, 'slot')}, ${count(total, 'channel')}`,
    ...capped(slots, (slot) => [
      `  slot ${slot.index + 1} of group ${slot.group}`,
      ...slot.subtasks.map((key) => `    ${title(key)}`),
    ]),
    ...(jobGraph.edges.length === 0 ? [] : ['Channels']),
    ...jobGraph.edges.flatMap((edge) => [
      `  ${vertices.get(edge.sourceVertex)?.name} → ${vertices.get(edge.targetVertex)?.name}: ` +
        `${edge.partitioner}, ${edge.pattern === 'POINTWISE' ? 'pointwise' : 'all to all'}`,
      ...capped([...groupBy(channels.get(edge.id) ?? [], (channel) => channel.producerSubtask)], ([producer, its]) => [
        `    ${producer + 1} → ${list(its.map((channel) => channel.consumerSubtask))}`,
      ]),
    ]),
  ].join('\n');
}

function list(subtasks: readonly number[]): string {
  const shown = subtasks.slice(0, SHOWN).map((subtask) => subtask + 1);
  const rest = subtasks.length - shown.length;
  return shown.join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function capped<T>(items: readonly T[], lines: (item: T) => string[]): string[] {
  const shown = items.slice(0, SHOWN).flatMap(lines);
  return items.length > SHOWN ? [...shown, `    … and ${items.length - SHOWN} more`] : shown;
}
