import { InFlightInput, takeTimeElement, type ChannelTimeTaker, type InputHandler } from '../../exchange/index.js';
import type { RecordTime } from '../../exchange/index.js';
import type { RestoredChannel } from './checkpoint/index.js';

/** The gate that what was on its way is replayed into. */
export interface ReplayGate {
  readonly edgeId: string;
  /** The subtask that writes each channel. */
  readonly producers: readonly number[];
  readonly handler: InputHandler;
  /** Who is told what the gate's channels say about event time. */
  readonly channelTime: ChannelTimeTaker;
  /** Whether a record is this subtask's, if the parallelism is not what it was. */
  readonly isOwn: (record: unknown) => boolean;
}

/** What was on its way to a task when the checkpoint was taken: comes before all that its producers send now. */
export class InFlightReplay {
  private readonly channels: { input: InFlightInput; handler: InputHandler; channel: number }[];

  /** @throws SERDE_CORRUPT */
  constructor(restored: readonly RestoredChannel[], gates: readonly ReplayGate[], time: RecordTime) {
    this.channels = restored.flatMap(({ edgeId, producer, head, tail }) => {
      const gate = gates.find((each) => each.edgeId === edgeId);
      if (gate === undefined) return [];
      const channel = producer === undefined ? -1 : gate.producers.indexOf(producer);
      const handler = channel < 0 ? rescaledHandler(gate) : sameHandler(gate);
      return [{ input: new InFlightInput(head, tail, time), handler, channel }];
    });
  }

  get finished(): boolean {
    return this.channels.length === 0;
  }

  /** @returns how many records were taken */
  poll(max: number): number {
    let taken = 0;
    while (taken < max && !this.finished) {
      const { input, handler, channel } = this.channels[0];
      const { count, stopped } = input.poll(handler, max - taken, channel);
      taken += count;
      if (input.finished) this.channels.shift();
      if (stopped) break;
    }
    return taken;
  }
}

/** Barriers that were on their way are of checkpoints that are over. */
function sameHandler({ handler, channelTime }: ReplayGate): InputHandler {
  return {
    onRecord: (record) => handler.onRecord(record),
    onControl: (tag, payload, channel) => void takeTimeElement(tag, payload, channel, channelTime),
  };
}

/** What a channel that is none of now's said about event time holds for nobody: the sources will say it again. */
function rescaledHandler({ handler, isOwn }: ReplayGate): InputHandler {
  return { onRecord: (record) => !isOwn(record) || handler.onRecord(record) !== false };
}
