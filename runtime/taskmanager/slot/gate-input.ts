/** A task's input from other tasks: its gates in turn, the event time of all their channels merged, their barriers aligned. */
import { instantiate } from '../../common/code-template.js';
import type { BatchResult, Room } from '../../connectors/index.js';
import {
  takeTimeElement,
  type ChannelTimeTaker,
  type InputGate,
  type InputHandler,
  type RecordTime,
} from '../../exchange/index.js';
import type { CheckpointOrder } from '../../common/wire/protocols/checkpoints.js';
import type { HotKeys, Next } from '../../operators/index.js';
import type { Clock } from '../../common/clock.js';
import { WatermarkValve, type TimeTaker } from '../../time/index.js';
import {
  BarrierAligner,
  takeBarrier,
  type AlignedChannel,
  type AlignedCheckpoint,
  type CapturedChannel,
} from './checkpoint/index.js';
import { InFlightReplay, type ReplayGate } from './in-flight-replay.js';
import type { HeldBack, InputCheckpoints, TaskInput } from './task-input.js';

/** A gate, and which input of the head operator it feeds: the edges of a union feed the same. */
export interface ConnectedGate {
  readonly gate: InputGate;
  readonly input: number;
  /** Of the keys of its records, if they are grouped by key. */
  readonly sample?: HotKeys | undefined;
  /** Who writes each channel, for people. */
  readonly producers: readonly string[];
  readonly edgeId: string;
  /** The subtask that writes each channel. */
  readonly producerSubtasks: readonly number[];
  /** Whether what is on its way along the edge can be part of a checkpoint. */
  readonly overtakable: boolean;
  /** Whether a record is this subtask's, if the parallelism is not what it was when the checkpoint was taken. */
  readonly isOwn: (record: unknown) => boolean;
}

/** One input of the head operator. */
export interface HeadInput {
  readonly head: Next;
  readonly time: TimeTaker;
}

export class GateInput implements TaskInput {
  /** Of each input of the head operator, over all channels of its gates. */
  readonly valves: readonly WatermarkValve[];
  readonly checkpoints: InputCheckpoints;
  private readonly gates: readonly InputGate[];
  private readonly aligner: BarrierAligner;
  private readonly handlers: InputHandler[];
  /** Of each valve, who feeds each of its inputs. */
  private readonly producers: readonly (readonly string[])[];
  private readonly replayGates: ReplayGate[];
  private replay: InFlightReplay | undefined;
  private replayed = 0;
  /** Came while what was on its way is replayed: it begins behind that. */
  private waiting: CheckpointOrder | undefined;
  private first = 0;

  constructor(
    connected: readonly ConnectedGate[],
    inputs: readonly HeadInput[],
    private readonly room: Room,
    clock: Clock,
    onAligned: (aligned: AlignedCheckpoint) => void,
    time: RecordTime,
  ) {
    this.gates = connected.map(({ gate }) => gate);
    this.valves = inputs.map(({ time }, input) => {
      const count = connected.reduce((sum, each) => sum + (each.input === input ? each.gate.channelCount : 0), 0);
      return new WatermarkValve(count, time, () => clock.monotonicMs());
    });
    this.producers = inputs.map((_, input) =>
      connected.flatMap((each) => (each.input === input ? each.producers : [])),
    );
    const aligner = new BarrierAligner(connected.flatMap(channelsOf), clock, onAligned, () => this.bytesIn);
    this.aligner = aligner;
    this.checkpoints = {
      begin: (order) => this.begin(order),
      prepare: () => undefined,
      capture: ({ checkpointId }) => connected.flatMap((gate) => captureOf(gate, checkpointId)),
      replay: (channels) => {
        const replay = new InFlightReplay(channels, this.replayGates, time);
        this.replay = replay.finished ? undefined : replay;
      },
      taken: () => aligner.taken(),
      aborted: (checkpointId) => aligner.aborted(checkpointId),
      stop: () => undefined,
    };
    const taken = inputs.map(() => 0);
    let channels = 0;
    const times = connected.map(({ gate, input }) => {
      taken[input] += gate.channelCount;
      return channelTime(this.valves[input], taken[input] - gate.channelCount);
    });
    this.handlers = connected.map(({ gate, input, sample }, n) => {
      const before = channels;
      channels += gate.channelCount;
      return {
        onRecord:
          sample === undefined
            ? instantiate(feed)(inputs[input].head, room)
            : instantiate(feedSampled)(inputs[input].head, room, sample),
        onControl: (tag, payload, channel) => {
          const barrier = takeBarrier(tag, payload);
          if (barrier !== undefined) return aligner.onBarrier(before + channel, barrier) && room.open;
          takeTimeElement(tag, payload, channel, times[n]);
          return room.open;
        },
      };
    });
    this.replayGates = connected.map(({ edgeId, producerSubtasks: producers, isOwn }, n) => {
      return { edgeId, producers, isOwn, handler: this.handlers[n], channelTime: times[n] };
    });
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  take(max: number): BatchResult {
    if (this.replay !== undefined) return this.takeReplay(this.replay, max);
    this.aligner.check();
    let taken = 0;
    let finished = true;
    for (let i = 0; i < this.gates.length; i++) {
      if (!this.room.open) return 'more';
      const n = (this.first + i) % this.gates.length;
      const gate = this.gates[n];
      if (!gate.finished) taken += gate.poll(this.handlers[n], max);
      finished &&= gate.finished;
    }
    this.first = (this.first + 1) % this.gates.length;
    if (finished) this.aligner.check();
    return finished ? 'end' : taken > 0 ? 'more' : 'wait';
  }

  private begin(order: CheckpointOrder): void {
    if (this.replay === undefined) this.aligner.expect(order);
    else this.waiting = order;
  }

  private takeReplay(replay: InFlightReplay, max: number): BatchResult {
    this.replayed += replay.poll(max);
    if (replay.finished) {
      this.replay = undefined;
      if (this.waiting !== undefined) this.begin(this.waiting);
      this.waiting = undefined;
    }
    return 'more';
  }

  heldBackBy(): HeldBack | undefined {
    for (const [n, valve] of this.valves.entries()) {
      const holder = valve.holder();
      if (holder !== undefined && valve.othersAhead(holder.watermarkMs)) {
        return { by: this.producers[n]?.[holder.input] ?? '', sinceMs: holder.sinceMs };
      }
    }
    return undefined;
  }

  /** The last watermark came over the channels. */
  finish(): void {}

  cancel(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  get recordsIn(): number {
    return this.gates.reduce((sum, { counters }) => sum + counters.recordsIn, this.replayed);
  }

  get bytesIn(): number {
    return this.gates.reduce((sum, { counters }) => sum + counters.bytesIn, 0);
  }
}

function channelsOf({ gate, overtakable }: ConnectedGate): AlignedChannel[] {
  return Array.from({ length: gate.channelCount }, (_, channel) => ({
    overtakable,
    block: () => gate.block(channel),
    unblock: () => gate.unblock(channel),
    ended: () => gate.ended(channel),
  }));
}

function captureOf({ gate, edgeId, overtakable, producerSubtasks }: ConnectedGate, id: number): CapturedChannel[] {
  if (!overtakable) return [];
  return producerSubtasks.flatMap((producer, channel) => {
    const capture = gate.capture(channel, id);
    return capture === undefined ? [] : [{ edgeId, producer, capture }];
  });
}

/** The channels of a gate among those of its input. */
function channelTime(valve: WatermarkValve, before: number): ChannelTimeTaker {
  return {
    onWatermark: (channel, watermarkMs) => valve.onWatermark(before + channel, watermarkMs),
    onIdle: (channel, idle) => valve.onIdle(before + channel, idle),
  };
}

/** Template: one record from the network into the chain; its timestamp stands in the task's context already. */
function feed(head: Next, room: Room): (record: unknown) => boolean {
  return function onRecord(record) {
    head(record);
    return room.open;
  };
}

/** Template: as `feed`, and now and then a look at the record's key. */
function feedSampled(
  head: Next,
  room: Room,
  sample: { left: number; see(record: unknown): void },
): (record: unknown) => boolean {
  return function onRecord(record) {
    if (--sample.left === 0) sample.see(record);
    head(record);
    return room.open;
  };
}
