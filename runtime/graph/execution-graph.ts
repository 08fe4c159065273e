/**
 * The third graph: every vertex of the JobGraph in as many subtasks as its parallelism says, every edge as channels, and
 * the subtasks laid into slots. Pure: where the slots lie is put in later, which makes it the fourth, the physical graph.
 */
import type { Channel, DataAddress, TaskDescriptor } from '../common/wire/protocols/taskmanager-jobmanager.js';
import { WeftError } from '../common/errors/index.js';
import { connectionsOf } from './distribution.js';
import type { JobEdge, JobGraph, JobVertex } from './job-graph.js';

/** A subtask of a vertex, whatever its attempt. */
export interface SubtaskKey {
  readonly vertexId: string;
  readonly subtask: number;
}

/** A slot that the job needs: it runs one subtask of each vertex of its sharing group that is wide enough. */
export interface PlannedSlot {
  readonly group: string;
  /** Counts the slots of the group from 0. */
  readonly index: number;
  readonly subtasks: readonly SubtaskKey[];
}

export interface PlannedChannel {
  readonly edgeId: string;
  /** Unique in the job: `<edgeId>:<producer subtask>-<consumer subtask>`. */
  readonly channelId: string;
  readonly producerSubtask: number;
  readonly consumerSubtask: number;
}

export interface ExecutionGraph {
  readonly jobGraph: JobGraph;
  /** Slots in order of group and index; slot n of the job is `slots[n]`. */
  readonly slots: readonly PlannedSlot[];
  /** The channels of each edge, ordered by producer, then by consumer. */
  readonly channels: ReadonlyMap<string, readonly PlannedChannel[]>;
}

/** Where a slot of the job lies. */
export interface SlotLocation {
  readonly resourceId: string;
  readonly slot: number;
  readonly data: DataAddress;
}

/** @throws JOB_GRAPH_INVALID when an edge names a vertex that is not there, or FORWARD joins unequal parallelisms. */
export function expand(jobGraph: JobGraph): ExecutionGraph {
  const vertices = new Map(jobGraph.vertices.map((vertex) => [vertex.id, vertex]));
  const channels = new Map<string, PlannedChannel[]>();
  for (const edge of jobGraph.edges) channels.set(edge.id, channelsOf(edge, vertices));
  return { jobGraph, slots: planSlots(jobGraph.vertices), channels };
}

function channelsOf(edge: JobEdge, vertices: ReadonlyMap<string, JobVertex>): PlannedChannel[] {
  const producer = vertices.get(edge.sourceVertex);
  const consumer = vertices.get(edge.targetVertex);
  if (producer === undefined || consumer === undefined) {
    throw new WeftError('JOB_GRAPH_INVALID', `The edge ${edge.id} joins a vertex that the graph does not have.`);
  }
  if (edge.partitioner === 'FORWARD' && producer.parallelism !== consumer.parallelism) {
    throw new WeftError(
      'JOB_GRAPH_INVALID',
      `Forward partitioning needs equal parallelisms, but "${producer.name}" has ${producer.parallelism} and ` +
        `"${consumer.name}" has ${consumer.parallelism}.`,
    );
  }
  return connectionsOf(edge.pattern, producer.parallelism, consumer.parallelism).map((connection) => ({
    ...connection,
    edgeId: edge.id,
    channelId: `${edge.id}:${connection.producerSubtask}-${connection.consumerSubtask}`,
  }));
}

/** Per sharing group as many slots as its widest vertex has subtasks; slot i holds subtask i of each vertex. */
function planSlots(vertices: readonly JobVertex[]): PlannedSlot[] {
  const groups = new Map<string, JobVertex[]>();
  for (const vertex of vertices) {
    const group = groups.get(vertex.slotSharingGroup);
    if (group === undefined) groups.set(vertex.slotSharingGroup, [vertex]);
    else group.push(vertex);
  }
  return [...groups].flatMap(([group, members]) => {
    const width = Math.max(...members.map((vertex) => vertex.parallelism));
    return Array.from({ length: width }, (_, index) => ({
      group,
      index,
      subtasks: members
        .filter((vertex) => vertex.parallelism > index)
        .map((vertex) => ({ vertexId: vertex.id, subtask: index })),
    }));
  });
}

export function subtaskName({ vertexId, subtask }: SubtaskKey): string {
  return `${vertexId}_${subtask}`;
}

/**
 * What each slot's thread must know of its subtasks once every slot has a place: one list a planned slot.
 * @param locations where `graph.slots[n]` lies
 */
export function describeTasks(
  graph: ExecutionGraph,
  locations: readonly SlotLocation[],
  identify: (key: SubtaskKey) => Pick<TaskDescriptor, 'executionId' | 'attempt' | 'restore'>,
): TaskDescriptor[][] {
  const placeOf = new Map<string, SlotLocation>();
  graph.slots.forEach((slot, n) => {
    const location = locations[n];
    if (location === undefined) throw new WeftError('INTERNAL', `Slot ${n} of the job has no place.`);
    for (const key of slot.subtasks) placeOf.set(subtaskName(key), location);
  });
  const sides = new ChannelSides(graph, placeOf);
  return graph.slots.map((slot) =>
    slot.subtasks.map((key) => ({
      ...identify(key),
      ...key,
      inputs: sides.of(key, 'inputs'),
      outputs: sides.of(key, 'outputs'),
    })),
  );
}

type Side = TaskDescriptor['inputs'];

/** The channels of each subtask, by edge, with the place of their other end. One pass over all channels. */
class ChannelSides {
  private readonly inputs = new Map<string, Side>();
  private readonly outputs = new Map<string, Side>();

  constructor(
    graph: ExecutionGraph,
    private readonly placeOf: ReadonlyMap<string, SlotLocation>,
  ) {
    for (const edge of graph.jobGraph.edges) {
      for (const channel of graph.channels.get(edge.id) ?? []) {
        const producer = { vertexId: edge.sourceVertex, subtask: channel.producerSubtask };
        const consumer = { vertexId: edge.targetVertex, subtask: channel.consumerSubtask };
        this.add(this.inputs, consumer, producer, channel);
        this.add(this.outputs, producer, consumer, channel);
      }
    }
  }

  of(key: SubtaskKey, side: 'inputs' | 'outputs'): Side {
    return this[side].get(subtaskName(key)) ?? [];
  }

  private add(side: Map<string, Side>, self: SubtaskKey, other: SubtaskKey, channel: PlannedChannel): void {
    const place = this.placeOf.get(subtaskName(other));
    if (place === undefined) throw new WeftError('INTERNAL', `${subtaskName(other)} has no place.`);
    const { resourceId, slot, data } = place;
    const { edgeId, channelId, producerSubtask, consumerSubtask } = channel;
    const entry: Channel = { channelId, producerSubtask, consumerSubtask, peer: { resourceId, slot, data } };
    const name = subtaskName(self);
    const edges = side.get(name) ?? [];
    side.set(name, edges);
    const last = edges.at(-1);
    if (last?.edgeId === edgeId) last.channels.push(entry);
    else edges.push({ edgeId, channels: [entry] });
  }
}
