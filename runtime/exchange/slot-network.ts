import { WeftError } from '../common/errors/index.js';
import { RecordDecoder } from '../serde/index.js';
import { FileInput } from './blocking/file-input.js';
import { FileOutput } from './blocking/file-output.js';
import { PartitionFile } from './blocking/partition-file.js';
import { EdgeGate } from './input/input-gate.js';
import { RingInput } from './input/ring-input.js';
import { LocalChannel } from './local-channel.js';
import { Doorbells } from './memory/doorbell.js';
import { RingGroup } from './memory/ring-group.js';
import { viewsOf, type PoolViews } from './memory/segment-pool.js';
import { EdgeWriter } from './output/record-writer.js';
import { RingOutput } from './output/ring-output.js';
import type {
  ChannelSetup,
  Doorbell,
  GateOptions,
  InputCounters,
  InputGate,
  OutputCounters,
  RecordWriter,
  SlotNetwork,
  SlotSetup,
  WriterOptions,
} from './types.js';

/**
 * The data path as a slot thread sees it. Made once per thread.
 * @param reserveCache books memory for a cache of strings, if there is some. @default there always is
 */
export function createSlotNetwork(setup: SlotSetup, reserveCache?: (bytes: number) => boolean): SlotNetwork {
  return new ThreadNetwork(setup, reserveCache);
}

class ThreadNetwork implements SlotNetwork {
  readonly doorbell: Doorbell;
  private readonly bells: Doorbells;
  private readonly views: PoolViews;
  private readonly groups = new Map<SharedArrayBuffer, RingGroup>();
  private readonly locals = new Map<string, LocalChannel>();

  constructor(
    private readonly setup: SlotSetup,
    private readonly reserveCache: ((bytes: number) => boolean) | undefined,
  ) {
    this.bells = new Doorbells(setup.doorbells);
    this.doorbell = this.bells.bell(setup.bell);
    this.views = viewsOf(setup.pool);
  }

  createWriter<T>(executionId: string, edgeId: string, options: WriterOptions<T>): RecordWriter<T> {
    const counters: OutputCounters = { recordsOut: 0, bytesOut: 0, buffersOut: 0 };
    const setups = this.find(this.setup.outputs, executionId, edgeId);
    const file = partitionFileOf(setups);
    const channels = setups.map((channel) => {
      if (channel.kind === 'inline') return this.localChannel(channel.channelId);
      const { control, index } = channel.ring;
      const place = [this.views, this.groupOf(control), index, this.bells, counters] as const;
      if (channel.kind === 'ring') return new RingOutput(...place, channel.peer);
      return new FileOutput(...place, channel.consumer, file as PartitionFile);
    });
    const limited = { maxRecordBytes: this.setup.maxRecordBytes, ...options };
    return new EdgeWriter<T>(channels, limited, counters, (channel) => channel instanceof RingOutput);
  }

  createGate<T>(executionId: string, edgeId: string, options: GateOptions = {}): InputGate<T> {
    const { time = { timestampMs: NaN }, recordKey = { number: 0, kept: [] } } = options;
    const counters: InputCounters = { recordsIn: 0, bytesIn: 0 };
    const decoder = new RecordDecoder(this.reserveCache, time, recordKey);
    const channels = this.find(this.setup.inputs, executionId, edgeId).map((channel) => {
      if (channel.kind === 'inline') return this.localChannel(channel.channelId);
      const { control, index } = channel.ring;
      const place = [this.views, this.groupOf(control), index, this.bells, { decoder, time, counters }] as const;
      if (channel.kind === 'ring') return new RingInput(...place, channel.peer);
      return new FileInput(...place, channel.path, channel.consumer);
    });
    const isFinished = (channel: RingInput | LocalChannel) =>
      channel instanceof RingInput ? channel.finished : channel.ended;
    return new EdgeGate<T>(channels, isFinished, time, recordKey, counters);
  }

  private find(
    edges: readonly { key: string; channels: ChannelSetup[] }[],
    executionId: string,
    edgeId: string,
  ): ChannelSetup[] {
    const edge = edges.find((candidate) => candidate.key === edgeKey(executionId, edgeId));
    if (edge === undefined) {
      throw new WeftError('EXCHANGE_UNKNOWN_CHANNEL', `Task ${executionId} was not set up with edge ${edgeId}.`);
    }
    return edge.channels;
  }

  /** Both ends of an in-thread channel meet here. */
  private localChannel(channelId: string): LocalChannel {
    let channel = this.locals.get(channelId);
    if (channel === undefined) {
      channel = new LocalChannel(this.doorbell);
      this.locals.set(channelId, channel);
    }
    return channel;
  }

  private groupOf(control: SharedArrayBuffer): RingGroup {
    let group = this.groups.get(control);
    if (group === undefined) {
      group = new RingGroup(control);
      this.groups.set(control, group);
    }
    return group;
  }
}

/** The file that all channels of a blocking edge write to; undefined for another edge. */
function partitionFileOf(channels: readonly ChannelSetup[]): PartitionFile | undefined {
  const files = channels.filter((channel) => channel.kind === 'file');
  const [first] = files;
  if (first === undefined) return undefined;
  return new PartitionFile(
    first.path,
    files.map(({ consumer }) => consumer),
  );
}

export function edgeKey(executionId: string, edgeId: string): string {
  return `${executionId}/${edgeId}`;
}
