/** The executions of a job that count now: one of each subtask, found by subtask, by vertex or by id. */
import { subtaskName, type SubtaskKey } from '../../graph/execution-graph.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import type { Regions } from '../../graph/regions.js';
import { Execution } from './execution.js';

export class Executions {
  private bySubtask: ReadonlyMap<string, Execution>;
  private byId: ReadonlyMap<string, Execution>;

  /** @param firstAttempt of each subtask */
  constructor(
    private readonly jobGraph: JobGraph,
    private readonly regions: Regions,
    firstAttempt: number,
    nowMs: number,
  ) {
    const fresh = jobGraph.vertices.flatMap(({ id: vertexId, parallelism }) =>
      Array.from({ length: parallelism }, (_, subtask) => {
        const key = { vertexId, subtask };
        return new Execution(key, regions.of(key), firstAttempt, nowMs);
      }),
    );
    this.bySubtask = new Map(fresh.map((execution) => [subtaskName(execution), execution]));
    this.byId = idsOf(this.bySubtask);
  }

  /** Fresh executions take the place of those of the regions. @returns the fresh ones */
  renew(regions: ReadonlySet<number>, nowMs: number): Execution[] {
    const fresh = this.in(regions).map((old) => new Execution(old, old.region, old.attempt + 1, nowMs));
    // Setting what is there keeps the order.
    const table = new Map(this.bySubtask);
    for (const execution of fresh) table.set(subtaskName(execution), execution);
    this.bySubtask = table;
    this.byId = idsOf(table);
    return fresh;
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

  in(regions: ReadonlySet<number>): Execution[] {
    return this.all().filter(({ region }) => regions.has(region));
  }

  /** All regions. */
  get everywhere(): ReadonlySet<number> {
    return new Set(Array.from({ length: this.regions.count }, (_, region) => region));
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

function idsOf(table: ReadonlyMap<string, Execution>): ReadonlyMap<string, Execution> {
  return new Map([...table.values()].map((execution) => [execution.executionId, execution]));
}
