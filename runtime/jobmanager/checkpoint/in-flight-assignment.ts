/** Which subtask of now gets what was on its way between subtasks of then. */
import type { CheckpointMetadata, TaskStates } from '../../checkpoint/index.js';
import { WeftError } from '../../common/errors/index.js';
import type { SubtaskState, TaskRestore } from '../../common/wire/protocols/checkpoints.js';
import type { JobEdge, JobGraph, JobVertex } from '../../graph/job-graph.js';
import { keyGroupsMeet } from './key-groups-meet.js';

type EdgeOfThen = NonNullable<CheckpointMetadata['edges']>[number];
type RestoredEdge = NonNullable<TaskRestore['inFlight']>[number];

/** Finds a place for a state in the list that a task gets. */
type Enlist = (subtask: number, state: SubtaskState) => number;

interface Connection {
  readonly then: EdgeOfThen;
  readonly now: JobEdge;
  readonly source: TaskStates;
  readonly target: TaskStates;
}

export class InFlightAssignment {
  private readonly connections: Connection[];

  /**
   * @param folder of the checkpoint, for messages
   * @throws STATE_IN_FLIGHT_NOT_CLAIMED
   */
  constructor(
    private readonly folder: string,
    private readonly metadata: CheckpointMetadata,
    private readonly jobGraph: JobGraph,
    private readonly mayDrop: boolean,
  ) {
    this.connections = (metadata.edges ?? []).flatMap((then) => this.connect(then));
  }

  /** What a subtask of a vertex gets; undefined: nothing. */
  of(vertex: JobVertex, subtask: number, enlist: Enlist): RestoredEdge[] | undefined {
    const edges = this.connections.flatMap((connection) => {
      const edge =
        connection.now.targetVertex === vertex.id ? this.edgeOf(connection, vertex, subtask, enlist) : undefined;
      return edge === undefined ? [] : [edge];
    });
    return edges.length === 0 ? undefined : edges;
  }

  private edgeOf(
    { then, now, source, target }: Connection,
    vertex: JobVertex,
    subtask: number,
    enlist: Enlist,
  ): RestoredEdge | undefined {
    const isConsumer = (former: number): boolean => {
      if (target.parallelism === vertex.parallelism) return former === subtask;
      if (now.partitioner === 'CUSTOM') return true;
      if (now.partitioner === 'HASH') return keyGroupsMeet(target, former, vertex, subtask);
      return former % vertex.parallelism === subtask;
    };
    const consumers = statesWith(target, then.id, 'input').filter(({ subtask: former }) => isConsumer(former));
    if (consumers.length === 0) return undefined;
    const producers = statesWith(source, then.id, 'output');
    const producing = this.jobGraph.vertices.find(({ id }) => id === now.sourceVertex);
    return {
      edgeId: now.id,
      formerEdgeId: then.id,
      consumers: consumers.map(({ subtask: former, state }) => enlist(former, state)),
      producers: producers.map(({ subtask: former, state }) => enlist(former, state)),
      rescaled: target.parallelism !== vertex.parallelism || source.parallelism !== producing?.parallelism,
    };
  }

  private connect(then: EdgeOfThen): Connection[] {
    const { jobGraph, metadata } = this;
    const operatorOf = (node: number): string | undefined =>
      jobGraph.streamNodes.find(({ id }) => id === node)?.operatorId;
    const now = jobGraph.edges.find(
      ({ id, sourceNode, targetNode }) =>
        operatorOf(sourceNode) === then.source &&
        operatorOf(targetNode) === then.target &&
        ordinalOf(id) === then.ordinal,
    );
    const [source, target] = [then.source, then.target].map((operatorId) =>
      metadata.tasks.find(({ operators }) => operators.some((operator) => operator.operatorId === operatorId)),
    );
    if (now !== undefined && source !== undefined && target !== undefined) return [{ then, now, source, target }];
    if (this.mayDrop) return [];
    const name = (task: TaskStates | undefined, operatorId: string): string =>
      task?.operators.find((operator) => operator.operatorId === operatorId)?.name ?? operatorId;
    throw new WeftError(
      'STATE_IN_FLIGHT_NOT_CLAIMED',
      `${this.folder} holds records on their way from "${name(source, then.source)}" to "${name(target, then.target)}", ` +
        'which the program does not connect in this way.',
      { subject: name(target, then.target) },
    );
  }
}

/** The edges of a job along which something was on its way. */
export function edgesInFlight({ edges, streamNodes }: JobGraph, tasks: readonly TaskStates[]): EdgeOfThen[] {
  const ids = new Set(
    tasks.flatMap(({ subtasks }) =>
      subtasks.flatMap(({ state }) => state?.inFlight?.map(({ edgeId }) => edgeId) ?? []),
    ),
  );
  const operatorOf = (node: number): string => streamNodes.find(({ id }) => id === node)?.operatorId ?? '';
  return edges
    .filter(({ id }) => ids.has(id))
    .map(({ id, sourceNode, targetNode }) => ({
      ...{ id, source: operatorOf(sourceNode), target: operatorOf(targetNode), ordinal: ordinalOf(id) },
    }));
}

/** Which of the edges between two operators it is. */
function ordinalOf(edgeId: string): number {
  return Number(edgeId.split('-').at(-1));
}

function statesWith(
  { subtasks }: TaskStates,
  edgeId: string,
  side: 'input' | 'output',
): { subtask: number; state: SubtaskState }[] {
  return subtasks.flatMap(({ subtask, state }) =>
    state?.inFlight?.some((it) => it.edgeId === edgeId && it.side === side) === true ? [{ subtask, state }] : [],
  );
}
