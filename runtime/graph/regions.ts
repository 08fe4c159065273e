/**
 * Pipelined regions: the subtasks that exchange records while they run, directly or over others. When one of them fails, what the
 * others have of its records is worth nothing any more, so a region restarts as a whole; what is in other regions goes on.
 */
import { subtaskName, type ExecutionGraph, type SubtaskKey } from './execution-graph.js';

/**
 * Each region of a slot has a thread of its own there, so that one can end without the others. A job that would need more threads
 * than this in a slot is one region.
 */
const MOST_IN_A_SLOT = 16;

export class Regions {
  private readonly regionOf: ReadonlyMap<string, number>;
  readonly count: number;

  private constructor(regionOf: ReadonlyMap<string, number>) {
    this.regionOf = regionOf;
    this.count = new Set(regionOf.values()).size;
  }

  /** All of a job as one. */
  static whole(graph: ExecutionGraph): Regions {
    return new Regions(new Map(subtasksOf(graph).map((key) => [subtaskName(key), 0])));
  }

  /** Those of the graph, counted from 0 in the order of their first subtasks. */
  static of(graph: ExecutionGraph): Regions {
    const sets = new DisjointSets();
    for (const { id, sourceVertex, targetVertex, pattern, exchange } of graph.jobGraph.edges) {
      if (exchange === 'BLOCKING') continue;
      const name = (vertexId: string, subtask: number): string => subtaskName({ vertexId, subtask });
      for (const { producerSubtask, consumerSubtask } of graph.channels.get(id) ?? []) {
        // Of a complete exchange those channels are enough that begin or end at the first subtask.
        if (pattern === 'ALL_TO_ALL' && producerSubtask > 0 && consumerSubtask > 0) continue;
        sets.join(name(sourceVertex, producerSubtask), name(targetVertex, consumerSubtask));
      }
    }
    const numbers = new Map<string, number>();
    const regionOf = new Map<string, number>();
    for (const key of subtasksOf(graph)) {
      const root = sets.rootOf(subtaskName(key));
      const number = numbers.get(root) ?? numbers.size;
      numbers.set(root, number);
      regionOf.set(subtaskName(key), number);
    }
    const regions = new Regions(regionOf);
    const most = Math.max(0, ...graph.slots.map(({ subtasks }) => regions.among(subtasks).length));
    return most > MOST_IN_A_SLOT ? Regions.whole(graph) : regions;
  }

  of(key: SubtaskKey): number {
    return this.regionOf.get(subtaskName(key)) ?? 0;
  }

  /** The regions that these subtasks belong to, each once. */
  among(keys: readonly SubtaskKey[]): number[] {
    return [...new Set(keys.map((key) => this.of(key)))];
  }
}

function subtasksOf({ jobGraph }: ExecutionGraph): SubtaskKey[] {
  return jobGraph.vertices.flatMap(({ id: vertexId, parallelism }) =>
    Array.from({ length: parallelism }, (_, subtask) => ({ vertexId, subtask })),
  );
}

/** Sets that are joined pair by pair. */
class DisjointSets {
  private readonly parents = new Map<string, string>();

  rootOf(name: string): string {
    let root = name;
    for (let parent = this.parents.get(root); parent !== undefined; parent = this.parents.get(root)) root = parent;
    // The next search is short.
    for (let at = name; at !== root;) {
      const parent = this.parents.get(at) ?? root;
      this.parents.set(at, root);
      at = parent;
    }
    return root;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.rootOf(a), this.rootOf(b)];
    if (first !== second) this.parents.set(second, first);
  }
}
