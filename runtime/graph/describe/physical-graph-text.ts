import type { JobGraph } from '../job-graph.js';
import { alignColumns, count } from './columns.js';
import { groupBy } from './group-by.js';

/** Where one subtask of a running job is. */
export interface SubtaskPlace {
  readonly vertexId: string;
  /** From 0. */
  readonly subtask: number;
  readonly state: string;
  readonly taskManager: string;
  /** Slot of the TaskManager, from 0; undefined while it is not known. */
  readonly slot?: number | undefined;
  /** The worker thread in the TaskManager's process. */
  readonly thread?: number | string | undefined;
}

/** The subtasks of a running job by TaskManager, slot and thread. */
export function describePhysicalGraph(jobGraph: JobGraph, places: readonly SubtaskPlace[]): string {
  const byManager = groupBy(places, (place) => place.taskManager);
  return [
    `Physical graph: ${count(places.length, 'subtask')} in ${count(byManager.size, 'TaskManager')}`,
    ...[...byManager].flatMap(([taskManager, its]) => [`  TaskManager ${taskManager}`, ...rows(jobGraph, its)]),
  ].join('\n');
}

function rows(jobGraph: JobGraph, places: readonly SubtaskPlace[]): string[] {
  const vertices = new Map(jobGraph.vertices.map((vertex) => [vertex.id, vertex]));
  const sorted = places.toSorted((a, b) => (a.slot ?? 0) - (b.slot ?? 0) || a.subtask - b.subtask);
  return alignColumns(
    sorted.map(({ vertexId, subtask, state, slot, thread }) => {
      const vertex = vertices.get(vertexId);
      return [
        slot === undefined ? 'slot ?' : `slot ${slot}`,
        thread === undefined ? '' : `thread ${thread}`,
        `${vertex?.name ?? vertexId} (${subtask + 1}/${vertex?.parallelism ?? '?'})`,
        state,
      ];
    }),
    '    ',
  );
}
