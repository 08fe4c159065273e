/** A channel whose two ends run in one thread: a bounded queue of references. */
import { evaluate } from '../serde/codegen.js';
import { KNOWN_KEYS } from '../common/known-keys.js';
import { LocalCapture } from './local-capture.js';
import type { ChannelCapture, Doorbell, InputHandler, RecordKey, RecordTime } from './types.js';

/** Records that may wait before the producer is to stop. */
const CAPACITY = 1024;

/** A place in the channel. */
interface LocalPosition {
  records: number;
  controls: number;
}

interface Control {
  /** The control element stands before the record of this number. */
  at: number;
  tag: number;
  payload: Uint8Array;
}

type Run = (
  channel: LocalChannel,
  handler: InputHandler,
  max: number,
  time: RecordTime,
  recordKey: RecordKey,
) => number;

/** The loop is code of its own per channel: the handler's call site must see one handler only. */
const RUN = `(channel, handler, max, time, recordKey) => {
  let count = 0;
  while (count < max && channel.read !== channel.nextStop) {
    count++;
    time.timestampMs = channel.nextTimestampMs;
    recordKey.number = channel.nextKeyNumber();
    if (handler.onRecord(channel.take()) === false) { channel.stopped = true; break; }
  }
  return count;
}`;

export class LocalChannel {
  private slots: unknown[] = new Array<unknown>(CAPACITY).fill(undefined);
  /** The event time of each, NaN = none. */
  private timestamps = new Float64Array(CAPACITY);
  /** The number of each record's key; below 0: the same, and it stood for another key before. */
  private keyNumbers = new Int16Array(CAPACITY);
  /** By number: 1 = the reader has met the key. */
  private readonly met = new Uint8Array(KNOWN_KEYS);
  /** By number, what the reader keeps for the key. */
  readonly kept: unknown[] = new Array<unknown>(KNOWN_KEYS).fill(undefined);
  /** Records put in so far. */
  written = 0;
  /** Records taken so far. */
  read = 0;
  /** Reading may go on up to here without looking: the next control element, or the last record. */
  nextStop = 0;
  stopped = false;
  private readonly controls: Control[] = [];
  /** Control elements taken so far. */
  controlsRead = 0;
  /** Told when the producer cuts the channel. */
  private capturing: LocalCapture | undefined;
  private cutAt: (LocalPosition & { id: number }) | undefined;
  private endAt = Infinity;
  /** The producer is to stop until there is room. */
  private full = false;
  private tellFull: (full: boolean) => void = () => {};
  private readonly run = evaluate<Run>(RUN, {});

  /** @param bell of the thread, rung when there is something new to do for one of the two ends */
  constructor(private readonly bell: Doorbell) {}

  /** @param listener hears when the channel becomes full, and when it has room again */
  onFull(listener: (full: boolean) => void): void {
    this.tellFull = listener;
  }

  /**
   * @param timestampMs NaN = the record has none
   * @param keyNumber of the record's key; 0 = it has none
   */
  push(record: unknown, timestampMs: number, keyNumber = 0): void {
    if (this.written - this.read === this.slots.length) this.grow();
    if (this.written === this.read) this.bell.ring();
    const at = this.written & (this.slots.length - 1);
    this.slots[at] = record;
    this.timestamps[at] = timestampMs;
    this.keyNumbers[at] = keyNumber !== 0 && this.met[keyNumber] === 0 ? this.introduce(keyNumber) : keyNumber;
    this.written++;
    if (this.written - this.read === CAPACITY && !this.full) this.becomeFull(true);
    if (this.controls.length === 0) this.nextStop = this.written;
  }

  /** The number stands for another key in what is pushed from now on. */
  forgetKey(number: number): void {
    this.met[number] = 0;
  }

  pushControl(tag: number, payload: Uint8Array): void {
    this.controls.push({ at: this.written, tag, payload: payload.slice() });
    this.nextStop = this.controls[0]?.at ?? this.written;
    this.bell.ring();
  }

  end(): void {
    this.endAt = this.written;
    this.bell.ring();
  }

  get closed(): boolean {
    return this.endAt !== Infinity;
  }

  get controlsWritten(): number {
    return this.controlsRead + this.controls.length;
  }

  /** Cuts the channel for a checkpoint: what is put in from now on does not belong to it. */
  cut(id: number): undefined {
    this.cutAt = { id, records: this.written, controls: this.controlsWritten };
    this.capturing?.advance();
    this.capturing = undefined;
    return undefined;
  }

  /** Where the channel is cut for a checkpoint; undefined: not yet. */
  cutOf(id: number): LocalPosition | undefined {
    return this.cutAt?.id === id ? this.cutAt : undefined;
  }

  /** Begins to write down what belongs before the cut of a checkpoint and is not read yet. */
  capture(id: number): ChannelCapture | undefined {
    if (this.ended) return undefined;
    const capture = new LocalCapture(this, id);
    if (!capture.advance()) this.capturing = capture;
    return capture;
  }

  /** By its number, of what was not taken yet. */
  recordAt(n: number): unknown {
    return this.slots[n & (this.slots.length - 1)];
  }

  timestampAt(n: number): number {
    return this.timestamps[n & (this.slots.length - 1)];
  }

  controlAt(n: number): Readonly<Control> | undefined {
    return this.controls[n - this.controlsRead];
  }

  get ended(): boolean {
    return this.read === this.endAt && this.controls.length === 0;
  }

  /** Of the record that `take` gives next. */
  get nextTimestampMs(): number {
    return this.timestamps[this.read & (this.slots.length - 1)];
  }

  /** Of the record that `take` gives next. */
  nextKeyNumber(): number {
    const number = this.keyNumbers[this.read & (this.slots.length - 1)] ?? 0;
    if (number >= 0) return number;
    this.kept[-number] = undefined;
    return -number;
  }

  take(): unknown {
    const at = this.read++ & (this.slots.length - 1);
    const record = this.slots[at];
    this.slots[at] = undefined;
    return record;
  }

  poll(handler: InputHandler, max: number, index: number, time: RecordTime, recordKey: RecordKey): number {
    let count = 0;
    this.stopped = false;
    while (count < max && !this.stopped) {
      count += this.run(this, handler, max - count, time, recordKey);
      if (this.read !== this.nextStop || this.stopped) break;
      const control = this.controls.shift();
      if (control === undefined) break;
      this.controlsRead++;
      this.nextStop = this.controls[0]?.at ?? this.written;
      if (handler.onControl?.(control.tag, control.payload, index) === false) this.stopped = true;
    }
    if (this.full && this.written - this.read < CAPACITY) {
      this.becomeFull(false);
      this.bell.ring();
    }
    return count;
  }

  private introduce(keyNumber: number): number {
    this.met[keyNumber] = 1;
    return -keyNumber;
  }

  private becomeFull(full: boolean): void {
    this.full = full;
    this.tellFull(full);
  }

  /** One input record may fan out to more than the capacity. */
  private grow(): void {
    const slots = new Array<unknown>(this.slots.length * 2).fill(undefined);
    const timestamps = new Float64Array(slots.length);
    const keyNumbers = new Int16Array(slots.length);
    for (let i = this.read; i < this.written; i++) {
      const [to, from] = [i & (slots.length - 1), i & (this.slots.length - 1)];
      slots[to] = this.slots[from];
      timestamps[to] = this.timestamps[from];
      keyNumbers[to] = this.keyNumbers[from];
    }
    this.slots = slots;
    this.timestamps = timestamps;
    this.keyNumbers = keyNumbers;
  }
}
