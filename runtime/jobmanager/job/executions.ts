/** The executions of a job that count now: one of each subtask, found by subtask, by vertex or by id. */
import { subtaskName, type SubtaskKey } from '../../graph/execution-graph.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import { Execution } from './execution.js';

export class Executions {
  private bySubtask: ReadonlyMap<string, Execution> = new Map();
  private byId: ReadonlyMap<string, Execution> = new Map();

  constructor(private readonly jobGraph: JobGraph) {}

  /** A fresh execution of every subtask takes the place of the one before. */
  renew(attempt: number, nowMs: number): void {
    const fresh = this.jobGraph.vertices.flatMap(({ id: vertexId, parallelism }) =>
      Array.from({ length: parallelism }, (_, subtask) => new Execution({ vertexId, subtask }, attempt, nowMs)),
    );
    this.bySubtask = new Map(fresh.map((execution) => [subtaskName(execution), execution]));
    this.byId = new Map(fresh.map((execution) => [execution.executionId, execution]));
  }

  /** As they are now, in order of vertex and subtask; later ones do not change what was returned. */
  get table(): ReadonlyMap<string, Execution> {
    return this.bySubtask;
  }

  /** In order of vertex and subtask. */
  all(): Execution[] {
    return [...this.bySubtask.values()];
  }

  of(vertex: Pick<JobVertex, 'id' | 'parallelism'>): Execution[] {
    return Array.from({ length: vertex.parallelism }, (_, subtask) => this.at({ vertexId: vertex.id, subtask })).filter(
      (execution) => execution !== undefined,
    );
  }

  at(key: SubtaskKey): Execution | undefined {
    return this.bySubtask.get(subtaskName(key));
  }

  withId(executionId: string): Execution | undefined {
    return this.byId.get(executionId);
  }

  on(resourceId: string): Execution[] {
    return this.all().filter(({ place }) => place?.resourceId === resourceId);
  }

  /** `Source: X -> Y (2/2) - execution #0`. */
  taskName({ vertexId, subtask, attempt }: Execution): string {
    const vertex = this.jobGraph.vertices.find(({ id }) => id === vertexId);
    return `${vertex?.name ?? vertexId} (${subtask + 1}/${vertex?.parallelism ?? 1}) - execution #${attempt}`;
  }
}
