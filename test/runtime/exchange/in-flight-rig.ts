/** Channels of one edge that are cut for a checkpoint while records are on their way. */
import {
  createSlotNetwork,
  InFlightInput,
  type ChannelCapture,
  type ChannelCut,
  type InFlightTail,
  type InputGate,
  type RecordWriter,
  type TaskManagerNetwork,
  type WriterOptions,
} from '../../../runtime/exchange/index.js';
import { EDGE, edgeTasks, JOB, network, type Place } from './fixture.js';

export const BARRIER = 16;

export interface Item {
  /** Who gets it. */
  to: number;
  n: number;
  text: string;
}

/** A producer: what it emitted before its cut, by consumer. */
class Producer {
  readonly before: string[][];
  cuts: (ChannelCut | undefined)[] | undefined;
  readonly tails = new Map<number, InFlightTail>();
  private count = 0;

  constructor(
    readonly writer: RecordWriter<Item>,
    consumers: number,
  ) {
    this.before = Array.from({ length: consumers }, () => []);
  }

  /** Emits if there is room. */
  emit(to: number, bytes: number): void {
    if (!this.writer.retry()) return;
    const item = { to, n: this.count++, text: 'x'.repeat(bytes) };
    this.writer.emit(item);
    if (this.cuts === undefined) this.before[to].push(keyOf(item));
  }

  /** The snapshot. */
  cut(id: number): void {
    if (this.cuts !== undefined) return;
    this.cuts = this.writer.cut(id);
    this.writer.broadcastControl(BARRIER, new Uint8Array([id]), { flush: true });
  }

  /** What has not left is kept. */
  takeTails(): void {
    this.cuts?.forEach((cut, channel) => {
      const tail = cut?.takeTail();
      if (tail !== undefined) this.tails.set(channel, tail);
    });
  }
}

/** A consumer: what it took before its snapshot, by producer, and the copies of what it had not taken. */
class Consumer {
  readonly before: string[][];
  captures: (ChannelCapture | undefined)[] | undefined;

  constructor(
    readonly gate: InputGate<Item>,
    producers: number,
  ) {
    this.before = Array.from({ length: producers }, () => []);
  }

  /** The snapshot. */
  snapshot(id: number): void {
    this.captures ??= Array.from({ length: this.gate.channelCount }, (_, channel) => this.gate.capture(channel, id));
  }

  /** Reads on, a barrier taking the snapshot with it. */
  poll(max: number, id: number): void {
    this.captures?.forEach((capture) => capture?.advance());
    for (let channel = 0; channel < this.gate.channelCount; channel++) {
      for (let other = 0; other < this.gate.channelCount; other++) {
        if (other === channel) this.gate.unblock(other);
        else this.gate.block(other);
      }
      const taken: Item[] = [];
      this.gate.poll(
        {
          onRecord: (item) => {
            if (this.captures === undefined) taken.push(item);
          },
          onControl: () => {
            this.snapshot(id);
          },
        },
        max,
      );
      this.before[channel].push(...taken.map(keyOf));
    }
  }

  get complete(): boolean {
    // All of them are to look.
    return this.captures?.map((capture) => capture?.advance() ?? true).every((done) => done) === true;
  }
}

export function keyOf({ n, text }: Item): string {
  return `${n}/${text.length}`;
}

export class InFlightRig {
  readonly producers: Producer[];
  readonly consumers: Consumer[];
  readonly managers: TaskManagerNetwork[];

  private constructor(managers: Map<string, TaskManagerNetwork>, producing: Place[], consuming: Place[]) {
    this.managers = [...managers.values()];
    const { edges, tasks } = edgeTasks(producing, consuming);
    const slots = new Map<string, ReturnType<typeof createSlotNetwork>>();
    const slotOf = (at: Place): ReturnType<typeof createSlotNetwork> => {
      const key = `${at.resourceId}/${at.slot}`;
      const known = slots.get(key);
      if (known !== undefined) return known;
      const manager = managers.get(at.resourceId) as TaskManagerNetwork;
      const made = createSlotNetwork(
        manager.prepareSlot({ jobId: JOB, attempt: 0, slot: at.slot, tasks: tasks(at), edges }),
      );
      slots.set(key, made);
      return made;
    };
    const options: WriterOptions<Item> = {
      selector: { kind: 'CUSTOM', key: (item) => item.to, partition: (key) => key as number },
      random: () => 0,
    };
    this.producers = producing.map(
      (at, p) => new Producer(slotOf(at).createWriter<Item>(`p${p}`, EDGE, options), consuming.length),
    );
    this.consumers = consuming.map(
      (at, c) => new Consumer(slotOf(at).createGate<Item>(`c${c}`, EDGE), producing.length),
    );
  }

  /** All in one TaskManager: producers and consumers in slots 0, 1, …, so that those of one slot have a channel without bytes. */
  static local(producers: number, consumers: number): InFlightRig {
    const places = (count: number): Place[] => Array.from({ length: count }, (_, slot) => ({ resourceId: 'tm', slot }));
    return new InFlightRig(new Map([['tm', network('tm')]]), places(producers), places(consumers));
  }

  /** Over TCP: the producers in one TaskManager, the consumers in another. */
  static async remote(producers: number, consumers: number): Promise<InFlightRig> {
    const [from, to] = [network('from'), network('to')];
    const { port } = await from.listen();
    const places = (resourceId: string, count: number): Place[] =>
      Array.from({ length: count }, (_, slot) => ({ resourceId, slot, port }));
    const managers = new Map([
      ['from', from],
      ['to', to],
    ]);
    return new InFlightRig(managers, places('from', producers), places('to', consumers));
  }

  /** What is lost or doubled between the snapshots, over all channels; the captures must be complete. */
  wrong(): string[] {
    return this.producers.flatMap((producer, p) =>
      this.consumers.flatMap((consumer, c) => {
        const head = consumer.captures?.[p]?.result();
        const replayed: string[] = [];
        if (head !== undefined) {
          const input = new InFlightInput(head, producer.tails.get(c), { timestampMs: NaN });
          input.poll({ onRecord: (item) => void replayed.push(keyOf(item as Item)) }, Infinity, 0);
        } else if (producer.tails.has(c)) {
          const tail = producer.tails.get(c) as InFlightTail;
          replayed.push(`a tail of ${tail.bytes.length} bytes without a head`);
        }
        const got = [...consumer.before[p], ...replayed];
        return JSON.stringify(got) === JSON.stringify(producer.before[c])
          ? []
          : [`${p} → ${c}: ${got.join(' ')} instead of ${producer.before[c].join(' ')}`];
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.managers.map((manager) => manager.close()));
  }
}
