import { MAIN_BELL } from './memory/doorbell.js';
import { RingGroup, Word, type GroupLayout } from './memory/ring-group.js';
import type { SegmentPool } from './memory/segment-pool.js';
import type { ConsumerLink } from './tcp/consumer-link.js';
import type { ProducerSession, Subscription } from './tcp/producer-session.js';
import type { RemoteInput } from './tcp/remote-input.js';
import type { RemoteOutput } from './tcp/remote-output.js';

/** One gate's rings, or one output's rings to other processes, with what the main thread does at their other ends. */
export interface ChannelGroup {
  ring: RingGroup;
  segments: readonly number[];
  /** Place of a channel in the group, in the order in which they were first named. */
  indexes: Map<string, number>;
  /** By place; empty for channels between two threads. */
  remotes: (RemoteOutput | { input: RemoteInput; link: ConsumerLink } | undefined)[];
}

export type SlotState = 'running' | 'finished' | 'aborted';

/** All channels of one attempt of one job in this TaskManager. They live and go together. */
export class JobChannels {
  readonly slots = new Map<number, SlotState>();
  readonly groups = new Map<string, ChannelGroup>();
  /** Of blocking edges, by slot: nobody else uses them. */
  private readonly slotGroups = new Map<number, ChannelGroup[]>();
  /** Of the threads, by slot. */
  readonly bells = new Map<number, number>();
  readonly outputs = new Map<string, RemoteOutput>();
  readonly links = new Map<string, ConsumerLink>();
  readonly sessions = new Set<ProducerSession>();
  /** Subscriptions that came before their channel was prepared, by channel. */
  readonly waiting = new Map<string, { session: ProducerSession; subscription: Subscription }>();

  constructor(
    readonly jobId: string,
    readonly attempt: number,
  ) {}

  addGroup(key: string, layout: GroupLayout, pool: SegmentPool): ChannelGroup {
    const group = makeGroup(layout, pool);
    this.groups.set(key, group);
    return group;
  }

  /** As `addGroup`, for rings that only one slot uses, and only while it runs. */
  addSlotGroup(slot: number, layout: GroupLayout, pool: SegmentPool): ChannelGroup {
    const group = makeGroup(layout, pool);
    this.slotGroups.set(slot, [...(this.slotGroups.get(slot) ?? []), group]);
    return group;
  }

  freeSlotGroups(slot: number, pool: SegmentPool): void {
    for (const group of this.slotGroups.get(slot) ?? []) pool.giveBack(group.segments);
    this.slotGroups.delete(slot);
  }

  /** Whether the memory can go back: no thread uses it, and what finished threads left behind is delivered. */
  get isOver(): boolean {
    const states = [...this.slots.values()];
    if (states.includes('running')) return false;
    return states.includes('aborted') || [...this.outputs.values()].every((output) => output.delivered);
  }

  /** Moves on whatever changed in the rings whose one end is the main thread. */
  pump(): void {
    for (const group of this.groups.values()) {
      if (group.remotes.length === 0) continue;
      group.ring.takeDirty((index) => {
        const remote = group.remotes[index];
        if (remote === undefined) return;
        if ('input' in remote) remote.link.replenish(remote.input);
        else remote.poke();
      });
    }
  }

  /** Ends every connection and gives the memory back. */
  free(pool: SegmentPool): void {
    const delivered = [...this.outputs.values()].every((output) => output.delivered);
    for (const link of this.links.values()) link.close();
    for (const session of this.sessions) {
      // A hard close could take back bytes that the peer has not read yet.
      if (delivered) session.socket.end();
      else session.socket.destroy();
    }
    for (const group of this.groups.values()) pool.giveBack(group.segments);
    for (const slot of [...this.slotGroups.keys()]) this.freeSlotGroups(slot, pool);
  }
}

function makeGroup(layout: GroupLayout, pool: SegmentPool): ChannelGroup {
  const segments = pool.take(layout.segments);
  const ring = RingGroup.create(layout, segments, pool.segmentBytes);
  return { ring, segments, indexes: new Map<string, number>(), remotes: [] };
}

/**
 * The place of a channel in its group; its bells are set when it is named for the first time.
 * @param producerBell of the thread at that end; the main thread's if that end is in another process
 */
export function placeChannel(
  group: ChannelGroup,
  channelId: string,
  producerBell = MAIN_BELL,
  consumerBell = MAIN_BELL,
): number {
  const known = group.indexes.get(channelId);
  if (known !== undefined) return known;
  const index = group.indexes.size;
  group.indexes.set(channelId, index);
  const block = group.ring.blockAt(index);
  group.ring.view[block + Word.producerBell] = producerBell;
  group.ring.view[block + Word.consumerBell] = consumerBell;
  return index;
}
