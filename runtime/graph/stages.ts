/**
 * A job whose exchanges all block runs stage by stage: a subtask begins when every subtask that it reads from has ended, in
 * whatever slot is free then. So it needs one slot at least, and no two of its subtasks have to run at once.
 */
import type { Channel, TaskDescriptor } from '../common/wire/protocols/taskmanager-jobmanager.js';
import { WeftError } from '../common/errors/index.js';
import type { ExecutionGraph, PlannedChannel, SlotLocation, SubtaskKey } from './execution-graph.js';
import type { JobGraph } from './job-graph.js';

export function isStaged({ settings, edges }: JobGraph): boolean {
  return settings.runtimeMode === 'BATCH' && edges.every(({ exchange }) => exchange === 'BLOCKING');
}

/** The vertices that must have ended before this one begins. */
export function verticesBefore({ edges }: JobGraph, vertexId: string): string[] {
  return edges.filter(({ targetVertex }) => targetVertex === vertexId).map(({ sourceVertex }) => sourceVertex);
}

/**
 * What a slot's thread must know of one subtask of a staged job.
 * @param own where it will run
 * @param placeOf where a subtask that it reads from has run
 */
export function describeStagedTask(
  { jobGraph, channels }: ExecutionGraph,
  key: SubtaskKey & { executionId: string; attempt: number },
  own: SlotLocation,
  placeOf: (producer: SubtaskKey) => SlotLocation | undefined,
): TaskDescriptor {
  const { executionId, attempt, vertexId, subtask } = key;
  const channelsOf = (edgeId: string): readonly PlannedChannel[] => channels.get(edgeId) ?? [];
  const inputs = jobGraph.edges
    .filter(({ targetVertex }) => targetVertex === vertexId)
    .map(({ id, sourceVertex }) => ({
      edgeId: id,
      channels: channelsOf(id)
        .filter(({ consumerSubtask }) => consumerSubtask === subtask)
        .map((channel) => {
          const producer = { vertexId: sourceVertex, subtask: channel.producerSubtask };
          const place = placeOf(producer);
          if (place === undefined) throw new WeftError('INTERNAL', `What ${vertexId} reads has not run anywhere.`);
          return channelTo(channel, place);
        }),
    }));
  const outputs = jobGraph.edges
    .filter(({ sourceVertex }) => sourceVertex === vertexId)
    .map(({ id }) => ({
      edgeId: id,
      channels: channelsOf(id)
        .filter(({ producerSubtask }) => producerSubtask === subtask)
        .map((channel) => channelTo(channel, own)),
    }));
  return { executionId, attempt, vertexId, subtask, inputs, outputs };
}

function channelTo(channel: PlannedChannel, { resourceId, slot, data }: SlotLocation): Channel {
  const { channelId, producerSubtask, consumerSubtask } = channel;
  return { channelId, producerSubtask, consumerSubtask, peer: { resourceId, slot, data } };
}
