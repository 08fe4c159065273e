import { WeftError } from '../common/errors/index.js';
import { Refusals } from '../common/security/refusals.js';
import { formatBytes } from '../common/units.js';
import {
  blockingSegments,
  foreignInputs,
  inputPath,
  isBlocking,
  prepareBlocking,
} from './blocking/blocking-channels.js';
import { fetchPartition } from './blocking/fetch-partition.js';
import { PartitionStore } from './blocking/partition-store.js';
import { servePartition } from './blocking/serve-partition.js';
import { JobChannels, placeChannel, type ChannelGroup } from './job-channels.js';
import { Doorbells, MAIN_BELL } from './memory/doorbell.js';
import { layOutGroup, type GroupLayout } from './memory/ring-group.js';
import { SegmentPool, viewsOf, type PoolViews } from './memory/segment-pool.js';
import type { TaskManagerNetworkOptions } from './network-options.js';
import { edgeKey } from './slot-network.js';
import { ConsumerLink } from './tcp/consumer-link.js';
import { DataServer } from './tcp/data-server.js';
import { badFrame } from './tcp/frames.js';
import type { Hello, ProducerSession, SessionHost, Subscription } from './tcp/producer-session.js';
import { RemoteInput } from './tcp/remote-input.js';
import { RemoteOutput } from './tcp/remote-output.js';
import type {
  Channel,
  ChannelSetup,
  DataAddress,
  ExchangeEdge,
  InputSetup,
  OutputSetup,
  PrepareSlot,
  SlotSetup,
  TaskDescriptor,
  TaskManagerNetwork,
} from './types.js';

/** Subscriptions that may wait for their channel to be prepared, over all jobs. */
const MAX_WAITING = 100_000;
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

export function createTaskManagerNetwork(options: TaskManagerNetworkOptions): TaskManagerNetwork {
  return new MainNetwork(options);
}

/** A channel of a slot that needs a ring, with the group it belongs to. */
interface Need {
  groupKey: string;
  /** Channels that the group must have place for. */
  width: number;
}

class MainNetwork implements TaskManagerNetwork, SessionHost {
  readonly refusals: Refusals;
  private readonly pool: SegmentPool;
  private readonly views: PoolViews;
  private readonly bells: Doorbells;
  /** Those that no thread has. */
  private readonly freeBells: number[];
  private readonly server: DataServer;
  private readonly jobs = new Map<string, JobChannels>();
  private readonly partitions: PartitionStore;
  private closed = false;

  constructor(private readonly options: TaskManagerNetworkOptions) {
    this.pool = new SegmentPool(options.networkBytes, options.segmentBytes);
    this.views = viewsOf(this.pool.memory);
    this.bells = Doorbells.create(options.slots);
    this.freeBells = Array.from({ length: this.bells.count - 1 }, (_, i) => this.bells.count - 1 - i);
    this.partitions = new PartitionStore(options.partitionFolder);
    this.refusals = new Refusals(options.clock, options.log);
    this.server = new DataServer(this, options.clock, options.log, this.refusals);
    void this.pumpUntilClosed();
  }

  listen(): Promise<DataAddress> {
    return this.server.listen(this.options.host ?? '127.0.0.1', this.options.port ?? 0);
  }

  get usage(): { usedSegments: number; totalSegments: number } {
    const { totalSegments, freeSegments } = this.pool;
    return { usedSegments: totalSegments - freeSegments, totalSegments };
  }

  prepareSlot(request: PrepareSlot): SlotSetup {
    const job = this.jobOf(request.jobId, request.attempt);
    try {
      this.reserve(job, request);
    } catch (error) {
      if (job.slots.size === 0 && job.sessions.size === 0) this.jobs.delete(jobKey(job.jobId, job.attempt));
      throw error;
    }
    job.slots.set(request.slot, 'running');
    const bell = this.bellOf(job, request.slot);
    const outputs: OutputSetup[] = [];
    const inputs: InputSetup[] = [];
    for (const task of request.tasks) {
      for (const { edgeId, channels } of task.outputs) {
        const set = isBlocking(request, edgeId)
          ? this.prepareBlockingOutput(job, request, task, edgeId)
          : channels.map((channel) => this.prepareOutput(job, request, edgeId, channel));
        outputs.push({ key: edgeKey(task.executionId, edgeId), channels: set });
      }
      for (const { edgeId, channels } of task.inputs) {
        const set = isBlocking(request, edgeId)
          ? prepareBlocking(job, request.slot, channels, this.pool, (channel) =>
              inputPath(this.partitions, request, edgeId, channel, this.isHere(channel)),
            )
          : channels.map((channel) => this.prepareInput(job, request, edgeId, channel));
        inputs.push({ key: edgeKey(task.executionId, edgeId), channels: set });
      }
    }
    const { jobId, attempt, slot } = request;
    const { segmentBytes } = this.options;
    return {
      jobId,
      attempt,
      slot,
      bell,
      pool: this.pool.memory,
      doorbells: this.bells.memory,
      segmentBytes,
      maxRecordBytes: this.options.maxRecordBytes ?? MAX_RECORD_BYTES,
      outputs,
      inputs,
    };
  }

  releaseSlot(jobId: string, attempt: number, slot: number, how: 'finished' | 'aborted'): void {
    const job = this.jobs.get(jobKey(jobId, attempt));
    if (job?.slots.has(slot) !== true) return;
    job.slots.set(slot, how);
    job.freeSlotGroups(slot, this.pool);
    this.freeIfOver(job);
  }

  async fetchPartitions(request: PrepareSlot): Promise<void> {
    const { jobId, attempt } = request;
    const { auth, resourceId } = this.options;
    for (const channel of foreignInputs(request, (other) => this.isHere(other))) {
      const { channelId: fetch, peer } = channel;
      const hello = { token: auth.token, jobId, attempt, consumer: resourceId, producer: peer.resourceId, fetch };
      await fetchPartition(channel, hello, this.partitions.fetched(jobId, attempt, channel));
    }
  }

  releasePartitions(jobId: string): void {
    this.partitions.remove(jobId);
  }

  release(jobId: string): void {
    this.releasePartitions(jobId);
    for (const job of this.jobs.values()) if (job.jobId === jobId) this.free(job);
  }

  async close(): Promise<void> {
    this.closed = true;
    this.bells.ring(MAIN_BELL);
    for (const job of this.jobs.values()) this.free(job);
    await this.server.close();
    this.partitions.close();
  }

  admit(session: ProducerSession, hello: Hello): void {
    this.options.auth.check(hello.token);
    if (hello.producer !== this.options.resourceId) {
      throw badFrame(`it is meant for ${hello.producer}, this is ${this.options.resourceId}`);
    }
    if (hello.fetch === undefined) this.jobOf(hello.jobId, hello.attempt).sessions.add(session);
    else this.serve(session, hello, hello.fetch);
  }

  subscribe(session: ProducerSession, subscription: Subscription): void {
    const job = this.jobOfSession(session);
    if (job === undefined) throw badFrame('its job is over');
    const output = job.outputs.get(subscription.channelId);
    if (output !== undefined) attach(session, subscription, output);
    else {
      const waiting = [...this.jobs.values()].reduce((sum, other) => sum + other.waiting.size, 0);
      if (waiting >= MAX_WAITING) throw badFrame('too many subscriptions wait for channels');
      job.waiting.set(subscription.channelId, { session, subscription });
    }
  }

  /** Whether or not tasks of the job are here now. */
  private serve({ socket }: ProducerSession, { jobId, attempt }: Hello, channelId: string): void {
    const { path, consumer } = this.partitions.asked(jobId, attempt, channelId);
    servePartition(socket, path, consumer).catch((error: unknown) => {
      this.options.log.warn({ err: error, channelId }, 'a result partition could not be sent');
      socket.destroy();
    });
  }

  onDelivered(session: ProducerSession): void {
    const job = this.jobOfSession(session);
    if (job !== undefined) this.freeIfOver(job);
  }

  onSessionClosed(session: ProducerSession): void {
    const job = this.jobOfSession(session);
    if (job === undefined) return;
    job.sessions.delete(session);
    for (const [channelId, waiting] of job.waiting) if (waiting.session === session) job.waiting.delete(channelId);
    if (job.slots.size === 0 && job.sessions.size === 0) this.jobs.delete(jobKey(job.jobId, job.attempt));
    this.freeIfOver(job);
  }

  private async pumpUntilClosed(): Promise<void> {
    const bell = this.bells.bell(MAIN_BELL);
    while (!this.closed) {
      const seen = bell.value;
      for (const job of this.jobs.values()) job.pump();
      await bell.wait(seen);
    }
  }

  /** Makes the groups that the slot needs, all or none. @throws EXCHANGE_INSUFFICIENT_BUFFERS */
  private reserve(job: JobChannels, request: PrepareSlot): void {
    const layouts = new Map<string, GroupLayout>();
    const { buffersPerChannel = 2, floatingBuffersPerGate = 8, segmentBytes } = this.options;
    for (const { groupKey, width } of this.needsOf(request)) {
      if (job.groups.has(groupKey) || layouts.has(groupKey)) continue;
      layouts.set(groupKey, layOutGroup(width, buffersPerChannel, floatingBuffersPerGate, segmentBytes));
    }
    const all = [...layouts.values()];
    const needed =
      all.reduce((sum, layout) => sum + layout.segments, 0) + blockingSegments(request, this.options.segmentBytes);
    if (needed > this.pool.freeSegments) {
      const channels = all.reduce((sum, layout) => sum + layout.channels, 0);
      throw new WeftError(
        'EXCHANGE_INSUFFICIENT_BUFFERS',
        `Slot ${request.slot} needs ${needed} network buffers (${formatBytes(needed * segmentBytes)}) for ${channels} ` +
          `channels, but ${this.pool.freeSegments} of ${this.pool.totalSegments} are free.`,
      );
    }
    for (const [key, layout] of layouts) job.addGroup(key, layout, this.pool);
  }

  private needsOf(request: PrepareSlot): Need[] {
    const needs: Need[] = [];
    for (const task of request.tasks) {
      for (const { edgeId, channels } of task.outputs) {
        if (isBlocking(request, edgeId)) continue;
        const remote = channels.filter((channel) => !this.isHere(channel));
        if (remote.length > 0) needs.push({ groupKey: outputGroup(edgeId, task.subtask), width: remote.length });
        for (const channel of channels) {
          if (this.isHere(channel) && channel.peer.slot !== request.slot)
            needs.push(gateNeed(request, edgeId, channel));
        }
      }
      for (const { edgeId, channels } of task.inputs) {
        if (isBlocking(request, edgeId)) continue;
        const ring = channels.find((channel) => !this.isHere(channel) || channel.peer.slot !== request.slot);
        if (ring !== undefined) needs.push(gateNeed(request, edgeId, ring));
      }
    }
    return needs;
  }

  private prepareOutput(job: JobChannels, request: PrepareSlot, edgeId: string, channel: Channel): ChannelSetup {
    const here = this.isHere(channel);
    if (here && channel.peer.slot === request.slot) return inline(channel);
    const group = here
      ? groupOf(job, gateGroup(edgeId, channel.consumerSubtask))
      : groupOf(job, outputGroup(edgeId, channel.producerSubtask));
    const peer = here ? this.bellOf(job, channel.peer.slot) : undefined;
    const index = placeChannel(group, channel.channelId, this.bellOf(job, request.slot), peer);
    if (!here) this.openOutput(job, group, index, channel);
    return ringSetup(channel, group, index);
  }

  private prepareBlockingOutput(
    job: JobChannels,
    request: PrepareSlot,
    { subtask, outputs }: TaskDescriptor,
    edgeId: string,
  ): ChannelSetup[] {
    const { jobId, attempt, slot } = request;
    const channels = outputs.find((output) => output.edgeId === edgeId)?.channels ?? [];
    const path = this.partitions.written(jobId, attempt, edgeId, subtask);
    return prepareBlocking(job, slot, channels, this.pool, () => path);
  }

  private prepareInput(job: JobChannels, request: PrepareSlot, edgeId: string, channel: Channel): ChannelSetup {
    const here = this.isHere(channel);
    if (here && channel.peer.slot === request.slot) return inline(channel);
    const group = groupOf(job, gateGroup(edgeId, channel.consumerSubtask));
    const peer = here ? this.bellOf(job, channel.peer.slot) : undefined;
    const index = placeChannel(group, channel.channelId, peer, this.bellOf(job, request.slot));
    if (!here) this.openInput(job, group, index, channel);
    return ringSetup(channel, group, index);
  }

  private openOutput(job: JobChannels, group: ChannelGroup, index: number, channel: Channel): void {
    const { channelId, peer } = channel;
    const output = new RemoteOutput(this.pool.memory, group.ring, index, this.bells, channelId, peer.resourceId);
    group.remotes[index] = output;
    job.outputs.set(channelId, output);
    const waiting = job.waiting.get(channelId);
    job.waiting.delete(channelId);
    if (waiting === undefined) return;
    try {
      attach(waiting.session, waiting.subscription, output);
    } catch (error) {
      this.options.log.warn({ err: error }, 'a data connection was refused');
      waiting.session.socket.destroy();
    }
  }

  private openInput(job: JobChannels, group: ChannelGroup, index: number, channel: Channel): void {
    const { resourceId, data } = channel.peer;
    let link = job.links.get(resourceId);
    if (link === undefined) {
      const { jobId, attempt } = job;
      const { auth, log } = this.options;
      const hello = { token: auth.token, jobId, attempt, consumer: this.options.resourceId, producer: resourceId };
      link = new ConsumerLink(data, hello, log);
      job.links.set(resourceId, link);
    }
    const input = new RemoteInput(this.views, group.ring, index, this.bells, channel.channelId);
    group.remotes[index] = { input, link };
    link.subscribe(input);
  }

  /** The bell of the job's thread in a slot, from the first time that it is named. @throws EXCHANGE_INSUFFICIENT_BUFFERS */
  private bellOf(job: JobChannels, slot: number): number {
    const known = job.bells.get(slot);
    if (known !== undefined) return known;
    const bell = this.freeBells.pop();
    if (bell === undefined) {
      const most = this.bells.count - 1;
      throw new WeftError(
        'EXCHANGE_INSUFFICIENT_BUFFERS',
        `The TaskManager runs ${most} slot threads: it has no more.`,
      );
    }
    job.bells.set(slot, bell);
    return bell;
  }

  private isHere(channel: Channel): boolean {
    return channel.peer.resourceId === this.options.resourceId;
  }

  private jobOf(jobId: string, attempt: number): JobChannels {
    const key = jobKey(jobId, attempt);
    let job = this.jobs.get(key);
    if (job === undefined) {
      job = new JobChannels(jobId, attempt);
      this.jobs.set(key, job);
    }
    return job;
  }

  private jobOfSession(session: ProducerSession): JobChannels | undefined {
    const { hello } = session;
    if (hello === undefined) return undefined;
    const job = this.jobs.get(jobKey(hello.jobId, hello.attempt));
    return job?.sessions.has(session) === true ? job : undefined;
  }

  private freeIfOver(job: JobChannels): void {
    if (job.slots.size > 0 && job.isOver) this.free(job);
  }

  private free(job: JobChannels): void {
    if (!this.jobs.delete(jobKey(job.jobId, job.attempt))) return;
    job.free(this.pool);
    this.freeBells.push(...job.bells.values());
  }
}

function attach(session: ProducerSession, subscription: Subscription, output: RemoteOutput): void {
  if (session.hello?.consumer !== output.consumer) throw badFrame(`channel ${output.channelId} is another's`);
  if (output.subscribed) throw badFrame(`channel ${output.channelId} has a subscriber`);
  session.attach(subscription, output);
}

function jobKey(jobId: string, attempt: number): string {
  return `${jobId}#${attempt}`;
}

function gateGroup(edgeId: string, consumerSubtask: number): string {
  return `gate ${edgeId} ${consumerSubtask}`;
}

function outputGroup(edgeId: string, producerSubtask: number): string {
  return `output ${edgeId} ${producerSubtask}`;
}

/** A gate's group may first be named by a producer, so its width comes from the edge, equal for both ends. */
function gateNeed(request: PrepareSlot, edgeId: string, channel: Channel): Need {
  const edge = request.edges.find((candidate) => candidate.id === edgeId);
  if (edge === undefined) throw new WeftError('EXCHANGE_UNKNOWN_CHANNEL', `Edge ${edgeId} is not described.`);
  return { groupKey: gateGroup(edgeId, channel.consumerSubtask), width: gateWidth(edge) };
}

/** Most producers that one consumer of the edge has. */
function gateWidth(edge: ExchangeEdge): number {
  if (edge.pattern === 'ALL_TO_ALL') return edge.sourceParallelism;
  return Math.ceil(edge.sourceParallelism / edge.targetParallelism);
}

function groupOf(job: JobChannels, key: string): ChannelGroup {
  const group = job.groups.get(key);
  if (group === undefined) throw new WeftError('INTERNAL', `The rings of ${key} are not reserved.`);
  return group;
}

function inline(channel: Channel): ChannelSetup {
  const { channelId, producerSubtask, consumerSubtask } = channel;
  return { kind: 'inline', channelId, producer: producerSubtask, consumer: consumerSubtask };
}

function ringSetup(channel: Channel, group: ChannelGroup, index: number): ChannelSetup {
  const { channelId, producerSubtask, consumerSubtask, peer } = channel;
  return {
    kind: 'ring',
    channelId,
    producer: producerSubtask,
    consumer: consumerSubtask,
    ring: { control: group.ring.control, index },
    peer: `TaskManager ${peer.resourceId} at ${peer.data.host}:${peer.data.port}`,
  };
}
