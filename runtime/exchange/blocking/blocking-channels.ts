/** The channels of blocking edges of one slot: what memory they need, and their set-up. Used by the TaskManager's main thread. */
import type { JobChannels } from '../job-channels.js';
import { placeChannel } from '../job-channels.js';
import { layOutGroup, type GroupLayout } from '../memory/ring-group.js';
import type { SegmentPool } from '../memory/segment-pool.js';
import type { Channel, ChannelSetup, PrepareSlot } from '../types.js';
import type { PartitionStore } from './partition-store.js';

export function isBlocking({ edges }: PrepareSlot, edgeId: string): boolean {
  return edges.some(({ id, blocking }) => id === edgeId && blocking === true);
}

/** One chunk a channel: nobody waits at the other end. */
export function blockingLayout(channels: readonly Channel[], segmentBytes: number): GroupLayout {
  return layOutGroup(channels.length, 1, 0, segmentBytes);
}

/** Segments that the slot's blocking edges need. */
export function blockingSegments(request: PrepareSlot, segmentBytes: number): number {
  const edges = request.tasks.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  return edges
    .filter(({ edgeId, channels }) => channels.length > 0 && isBlocking(request, edgeId))
    .reduce((sum, { channels }) => sum + blockingLayout(channels, segmentBytes).segments, 0);
}

/** Channels of one edge of one task. @param pathOf the file in which the channel's records lie, or will */
export function prepareBlocking(
  job: JobChannels,
  slot: number,
  channels: readonly Channel[],
  pool: SegmentPool,
  pathOf: (channel: Channel) => string,
): ChannelSetup[] {
  if (channels.length === 0) return [];
  const group = job.addSlotGroup(slot, blockingLayout(channels, pool.segmentBytes), pool);
  return channels.map((channel) => {
    const { channelId, producerSubtask: producer, consumerSubtask: consumer } = channel;
    const bell = job.bells.get(slot);
    const index = placeChannel(group, channelId, bell, bell);
    const ring = { control: group.ring.control, index };
    return { kind: 'file', channelId, producer, consumer, ring, path: pathOf(channel) };
  });
}

/** The channels that the slot's tasks read over blocking edges and that were written elsewhere. */
export function foreignInputs(request: PrepareSlot, isHere: (channel: Channel) => boolean): Channel[] {
  return request.tasks.flatMap(({ inputs }) =>
    inputs
      .filter(({ edgeId }) => isBlocking(request, edgeId))
      .flatMap(({ channels }) => channels.filter((channel) => !isHere(channel))),
  );
}

/** Where the records of an input channel lie. */
export function inputPath(
  store: PartitionStore,
  { jobId, attempt }: PrepareSlot,
  edgeId: string,
  channel: Channel,
  here: boolean,
): string {
  return here ? store.written(jobId, attempt, edgeId, channel.producerSubtask) : store.fetched(jobId, attempt, channel);
}
