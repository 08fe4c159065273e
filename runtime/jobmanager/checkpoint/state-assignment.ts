/** Which subtask of now starts from which states of a checkpoint: by operator id, key groups and kinds of lists. */
import type { CheckpointMetadata, EnumeratorState, TaskStates } from '../../checkpoint/index.js';
import { WeftError } from '../../common/errors/index.js';
import type { TaskRestore } from '../../common/wire/protocols/checkpoints.js';
import type { SubtaskKey } from '../../graph/execution-graph.js';
import type { JobGraph, JobVertex } from '../../graph/job-graph.js';
import { InFlightAssignment } from './in-flight-assignment.js';
import { keyGroupsMeet } from './key-groups-meet.js';

type OperatorOfThen = TaskStates['operators'][number] & { readonly task: TaskStates };

export class StateAssignment {
  private readonly byOperator = new Map<string, OperatorOfThen>();
  private readonly inFlight: InFlightAssignment;

  /**
   * @param folder of the checkpoint
   * @throws STATE_NOT_CLAIMED, STATE_IN_FLIGHT_NOT_CLAIMED, STATE_MAX_PARALLELISM_CHANGED
   */
  constructor(
    private readonly folder: string,
    private readonly metadata: CheckpointMetadata,
    private readonly jobGraph: JobGraph,
    allowNonRestoredState: boolean,
    /** Whether checkpoints to come may share the files of this one. */
    private readonly reusable = true,
  ) {
    for (const task of metadata.tasks) {
      for (const operator of task.operators) this.byOperator.set(operator.operatorId, { ...operator, task });
    }
    if (!allowNonRestoredState) this.requireClaims();
    this.requireMaxParallelism();
    this.inFlight = new InFlightAssignment(folder, metadata, jobGraph, allowNonRestoredState);
  }

  get checkpointId(): number {
    return this.metadata.checkpointId;
  }

  get enumerators(): readonly EnumeratorState[] {
    return this.metadata.enumerators ?? [];
  }

  of({ vertexId, subtask }: SubtaskKey): TaskRestore {
    const vertex = this.jobGraph.vertices.find(({ id }) => id === vertexId);
    const known = vertex === undefined ? [] : operatorIdsOf(this.jobGraph, vertex).map((id) => this.byOperator.get(id));
    const states = new StateList();
    const operators = known.flatMap((operator) => {
      if (vertex === undefined || operator === undefined) return [];
      const { parallelism, maxParallelism } = operator.task;
      const from = operator.task.subtasks.flatMap(({ subtask: former, state }) => {
        if (state === undefined || !isNeeded(operator, former, state, vertex, subtask)) return [];
        return [states.indexOf(former, state)];
      });
      return [{ operatorId: operator.operatorId, parallelism, maxParallelism, from }];
    });
    const { folder, checkpointId, reusable } = this;
    const inFlight = vertex && this.inFlight.of(vertex, subtask, (former, state) => states.indexOf(former, state));
    return {
      checkpointId,
      folder,
      reusable,
      finished: this.hadFinished(known, vertex, subtask),
      states: states.list,
      operators,
      ...(inFlight === undefined ? {} : { inFlight }),
    };
  }

  /** A task does nothing if all of its operators had ended: with the same parallelism in this subtask, else in all. */
  private hadFinished(
    operators: readonly (OperatorOfThen | undefined)[],
    vertex: JobVertex | undefined,
    subtask: number,
  ): boolean {
    return operators.every((operator) => {
      if (operator === undefined || vertex === undefined) return false;
      const { parallelism, subtasks } = operator.task;
      const relevant =
        parallelism === vertex.parallelism ? subtasks.filter((former) => former.subtask === subtask) : subtasks;
      return relevant.length > 0 && relevant.every(({ finished }) => finished);
    });
  }

  private requireClaims(): void {
    const claimed = new Set(this.jobGraph.streamNodes.map(({ operatorId }) => operatorId));
    for (const [operatorId, { name, uid, task }] of this.byOperator) {
      const holds = task.subtasks.some(({ state }) => state?.operators.some((it) => it.operatorId === operatorId));
      if (!holds || claimed.has(operatorId)) continue;
      const label = uid === undefined ? '' : `, uid "${uid}"`;
      throw new WeftError(
        'STATE_NOT_CLAIMED',
        `${this.folder} holds state of the operator "${name}" (${operatorId}${label}), which the program does not have.`,
        { subject: name },
      );
    }
  }

  private requireMaxParallelism(): void {
    for (const vertex of this.jobGraph.vertices) {
      for (const operatorId of operatorIdsOf(this.jobGraph, vertex)) {
        const operator = this.byOperator.get(operatorId);
        if (operator === undefined || operator.task.maxParallelism === vertex.maxParallelism) continue;
        const keyed = operator.task.subtasks.some(({ state }) =>
          state?.operators.some((it) => it.operatorId === operatorId && it.keyed),
        );
        if (!keyed) continue;
        throw new WeftError(
          'STATE_MAX_PARALLELISM_CHANGED',
          `The keyed state of "${operator.name}" in ${this.folder} is divided into ${operator.task.maxParallelism} key ` +
            `groups, but the operator now has a maximum parallelism of ${vertex.maxParallelism}.`,
          { subject: operator.name },
        );
      }
    }
  }
}

/** The states that a task gets, each once. */
class StateList {
  readonly list: TaskRestore['states'] = [];

  indexOf(subtask: number, state: TaskRestore['states'][number]['state']): number {
    const known = this.list.findIndex((entry) => entry.state === state);
    return known >= 0 ? known : this.list.push({ subtask, state }) - 1;
  }
}

type SubtaskStateOf = NonNullable<TaskStates['subtasks'][number]['state']>;

function isNeeded(
  { operatorId, task }: OperatorOfThen,
  former: number,
  state: SubtaskStateOf,
  vertex: JobVertex,
  subtask: number,
): boolean {
  const summary = state.operators.find((it) => it.operatorId === operatorId);
  if (summary === undefined) return false;
  const same = task.parallelism === vertex.parallelism;
  if (summary.keyed && keyGroupsMeet(task, former, vertex, subtask)) return true;
  return summary.modes.some((mode) => {
    if (mode === 'BROADCAST') return former === subtask % task.parallelism;
    return mode === 'UNION' || !same || former === subtask;
  });
}

function operatorIdsOf({ streamNodes }: JobGraph, { nodes }: JobVertex): string[] {
  return nodes.flatMap((id) => streamNodes.find((node) => node.id === id)?.operatorId ?? []);
}
