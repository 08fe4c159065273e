import { WeftError } from '../../common/errors/index.js';
import { KNOWN_KEYS } from '../../common/known-keys.js';
import { leastBytes, makeCopier, RecordEncoder } from '../../serde/index.js';
import { controlElement, END_TAG, FIRST_INTERNAL_TAG, headRecord, MAX_HEADER, SHAPE_TAG } from '../elements.js';
import type { LocalChannel } from '../local-channel.js';
import type { ChannelCut, OutputCounters, RecordTime, RecordWriter, WriterOptions } from '../types.js';
import { makeEmitter, type Emitter } from './emit-code.js';
import type { RingOutput } from './ring-output.js';

const NOTHING = new Uint8Array(0);

/** Node's timers count whole milliseconds, at least one, and come up to one late. */
const TIMER_LATENESS_MS = 2;

/** A subtask's output along one job edge. */
export class EdgeWriter<T> implements RecordWriter<T> {
  readonly emit: (record: T) => void;
  readonly channelCount: number;
  private readonly encoder: RecordEncoder;
  private readonly emitter: Emitter | undefined;
  private readonly rings: readonly RingOutput[];
  private readonly locals: readonly LocalChannel[];
  private readonly timeoutMs: number;
  private readonly time: RecordTime;
  private readonly copy: ((record: unknown) => unknown) | undefined;
  private readonly maxBytes: number;
  private shapeVersion = 0;
  private scratch = new Uint8Array(1024);
  private scratchView = new DataView(this.scratch.buffer);
  private deadlineMs = Infinity;
  private blockedRings = 0;
  private fullLocals = 0;

  /** @param channels in the order of the task descriptor */
  constructor(
    private readonly channels: readonly (RingOutput | LocalChannel)[],
    options: WriterOptions<T>,
    readonly counters: OutputCounters,
    isRing: (channel: RingOutput | LocalChannel) => channel is RingOutput,
  ) {
    this.channelCount = channels.length;
    this.rings = channels.filter(isRing);
    this.locals = channels.filter((channel) => !isRing(channel)) as LocalChannel[];
    for (const local of this.locals) local.onFull((full) => (this.fullLocals += full ? 1 : -1));
    this.timeoutMs = options.bufferTimeoutMs ?? 100;
    this.maxBytes = options.maxRecordBytes ?? Infinity;
    this.time = options.time ?? { timestampMs: NaN };
    this.copy = options.objectReuse === true ? undefined : makeCopier(options.onFallback, options.shape);
    this.encoder = new RecordEncoder(options.onFallback, options.shape, KNOWN_KEYS);
    if (options.selector.kind === 'BROADCAST') {
      this.emit = (record) => this.broadcast(record);
      return;
    }
    this.emitter = makeEmitter({
      selector: options.selector as Exclude<WriterOptions['selector'], { kind: 'BROADCAST' }>,
      rings: channels.map((channel) => (isRing(channel) ? channel : null)),
      locals: channels.map((channel) => (isRing(channel) ? null : channel)),
      copy: this.copy,
      random: options.random,
      counters,
      time: this.time,
      put: this.encoder.put,
      putTimed: this.encoder.putTimed,
      forgetKey: (number) => {
        this.encoder.forgetKey(number);
        for (const local of this.locals) local.forgetKey(number);
      },
      slow: (record, ring) => this.writeSlowly(record, ring),
      eager: this.timeoutMs === 0,
    });
    this.emit = this.emitter.emit;
  }

  get available(): boolean {
    return this.blockedRings + this.fullLocals === 0;
  }

  retry(): boolean {
    if (this.blockedRings > 0) this.relieve();
    return this.available;
  }

  flushExpired(nowMs: number): number {
    for (const ring of this.rings) ring.throwIfFailed();
    if (this.timeoutMs < 0 || !this.rings.some((ring) => ring.hasUnpublished)) {
      this.deadlineMs = Infinity;
    } else if (this.deadlineMs === Infinity) {
      this.deadlineMs = nowMs + Math.max(0, this.timeoutMs - TIMER_LATENESS_MS);
    } else if (nowMs >= this.deadlineMs) {
      this.flush();
    }
    return this.deadlineMs;
  }

  flush(): void {
    this.deadlineMs = Infinity;
    for (const ring of this.rings) ring.publish();
  }

  broadcastControl(tag: number, payload: Uint8Array, options: { flush?: boolean } = {}): void {
    if (!(tag >= 0 && tag < FIRST_INTERNAL_TAG)) throw new RangeError(`Control tag ${tag} is reserved.`);
    const element = controlElement(tag, payload);
    for (const ring of this.rings) this.write(ring, element, 0, element.length);
    for (const local of this.locals) local.pushControl(tag, payload);
    if (options.flush === true || this.timeoutMs === 0) this.flush();
  }

  cut(checkpointId: number): (ChannelCut | undefined)[] {
    return this.channels.map((channel) => channel.cut(checkpointId));
  }

  end(): void {
    const element = controlElement(END_TAG, NOTHING);
    for (const ring of this.rings) {
      this.write(ring, element, 0, element.length);
      ring.end();
    }
    for (const local of this.locals) local.end();
  }

  get drained(): boolean {
    return this.blockedRings === 0;
  }

  private broadcast(record: T): void {
    this.counters.recordsOut++;
    const { timestampMs } = this.time;
    for (const local of this.locals) local.push(this.copy === undefined ? record : this.copy(record), timestampMs);
    if (this.rings.length === 0) return;
    const end = this.encode(record);
    for (const ring of this.rings) {
      this.tellShape(ring);
      this.write(ring, this.scratch, end.from, end.to);
      if (this.timeoutMs === 0) ring.publish();
    }
  }

  /** For a record that does not fit the shape known so far, or not into the rest of the chunk. */
  private writeSlowly(record: unknown, ring: RingOutput): void {
    const { from, to } = this.encode(record);
    this.tellShape(ring);
    this.write(ring, this.scratch, from, to);
  }

  /** Encodes a record with its header into the scratch buffer. */
  private encode(record: unknown): { from: number; to: number } {
    const bound = this.encoder.boundOf(record);
    // Before memory is asked for: what is far too large would end the thread, not the record.
    if (bound > this.maxBytes) {
      const least = leastBytes(record, this.maxBytes);
      if (least > this.maxBytes) throw tooLarge(`at least ${least}`, this.maxBytes);
    }
    if (this.encoder.version !== this.shapeVersion) this.adoptShape();
    if (MAX_HEADER + bound > this.scratch.length) {
      this.scratch = new Uint8Array(Math.max(MAX_HEADER + bound, 2 * this.scratch.length));
      this.scratchView = new DataView(this.scratch.buffer);
    }
    const to = this.encoder.write(record, this.scratch, this.scratchView, MAX_HEADER);
    if (to - MAX_HEADER > this.maxBytes) throw tooLarge(String(to - MAX_HEADER), this.maxBytes);
    return { from: headRecord(this.scratchView, MAX_HEADER, to - MAX_HEADER, this.time.timestampMs), to };
  }

  /** From now on records have another shape; every channel must be told before it gets one. */
  private adoptShape(): void {
    this.shapeVersion = this.encoder.version;
    this.emitter?.setPut(this.encoder.put, this.encoder.putTimed);
    for (const ring of this.rings) ring.hold(true);
  }

  private tellShape(ring: RingOutput): void {
    if (ring.shapeVersion === this.shapeVersion) return;
    ring.shapeVersion = this.shapeVersion;
    const element = controlElement(SHAPE_TAG, this.encoder.definition());
    this.write(ring, element, 0, element.length);
    ring.hold(false);
  }

  private write(ring: RingOutput, bytes: Uint8Array, from: number, to: number): void {
    const wasBlocked = ring.blocked;
    ring.write(bytes, from, to);
    if (ring.blocked && !wasBlocked) this.blockedRings++;
  }

  private relieve(): void {
    for (const ring of this.rings) {
      if (!ring.blocked) continue;
      ring.relieve();
      if (!ring.blocked) this.blockedRings--;
    }
  }
}

function tooLarge(bytes: string, limit: number): WeftError {
  return new WeftError(
    'SERDE_RECORD_TOO_LARGE',
    `A record takes ${bytes} bytes, but taskmanager.record.max-size allows ${limit}.`,
  );
}
