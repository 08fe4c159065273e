/**
 * The way of records from a source's `run`, which works when it likes, to the chain, which takes them when it has a
 * turn. A record goes straight down the chain while there is room and the turn's share is not used up; else it waits
 * here.
 */
import type { Clock } from '../../common/clock.js';
import { WeftError } from '../../common/errors/index.js';
import type { SourceContext } from '../../functions/index.js';
import { NO_EVENT_TIME, type SourceOutlet, type SourceTimeOutlet } from '../source-reader.js';

/** Records between two turns of the slot thread, so that a source that never pauses leaves others their turn. */
const SHARE_OF_A_TURN = 256;
/** Records that may wait because the source did not. */
export const MAX_WAITING = 10_000;

interface Waiting {
  record: unknown;
  timestampMs: number;
  /** What else the source said, in its turn; then there is no record. */
  say?: (time: SourceTimeOutlet) => void;
}

export class Emission implements SourceContext<unknown> {
  private share = SHARE_OF_A_TURN;
  private waiting: Waiting[] = [];
  private taken = 0;
  private roomPromise: Promise<void> | undefined;
  private resolveRoom: (() => void) | undefined;
  /** Whether the slot thread knows already that its turn is due. */
  private signalled = false;
  private readonly sleepers = new Set<() => void>();
  private cancelled = false;
  private emittedAfterCancel = 0;

  /** @param retain a copy, because the source may change a record that still waits here */
  constructor(
    private readonly outlet: SourceOutlet,
    private readonly retain: (record: unknown) => unknown,
    private readonly clock: Clock,
  ) {}

  get isCancelled(): boolean {
    return this.cancelled;
  }

  /** Whether records wait for a turn. */
  get hasWaiting(): boolean {
    return this.taken < this.waiting.length;
  }

  /** Whether the source was told to wait for room, and still does. */
  get blocked(): boolean {
    return this.roomPromise !== undefined;
  }

  /** @throws SOURCE_OVERRUN */
  collect(record: unknown): Promise<void> | undefined {
    return this.collectWithTimestamp(record, NO_EVENT_TIME);
  }

  collectWithTimestamp(record: unknown, timestampMs: number): Promise<void> | undefined {
    if (this.cancelled) return this.afterCancel();
    this.signal();
    if (!this.hasWaiting && this.share > 0 && this.outlet.room.open) {
      this.share--;
      this.outlet.emitWithTimestamp(record, timestampMs);
      if (this.share > 0 && this.outlet.room.open) return undefined;
    } else {
      this.enqueue(record, timestampMs);
    }
    this.roomPromise ??= new Promise((resolve) => {
      this.resolveRoom = resolve;
    });
    return this.roomPromise;
  }

  emitWatermark(watermarkMs: number): void {
    this.say((time) => time.emitWatermark(watermarkMs));
  }

  markAsTemporarilyIdle(): void {
    this.say((time) => time.markIdle());
  }

  sleep(delayMs: number): Promise<void> {
    if (this.cancelled) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        cancelTimer();
        this.sleepers.delete(end);
        resolve();
      };
      const cancelTimer = this.clock.after(delayMs, end);
      this.sleepers.add(end);
    });
  }

  /** A turn: what waits goes down the chain while there is room, then the source may go on. */
  turn(max: number): void {
    this.signalled = false;
    const end = Math.min(this.waiting.length, this.taken + max);
    while (this.taken < end && this.outlet.room.open) {
      const { record, timestampMs, say } = this.waiting[this.taken++];
      if (say === undefined) this.outlet.emitWithTimestamp(record, timestampMs);
      else say(this.outlet.time);
    }
    if (this.hasWaiting) return;
    this.waiting = [];
    this.taken = 0;
    this.share = SHARE_OF_A_TURN;
    if (this.outlet.room.open) this.releaseSource();
  }

  /** Records that the source has given out in its own view, and nobody has taken: with their event times. */
  untaken(): [record: unknown, timestampMs: number][] {
    const records = this.waiting.slice(this.taken).filter(({ say }) => say === undefined);
    return records.map(({ record, timestampMs }) => [record, timestampMs]);
  }

  /** Before the source runs: what nobody had taken when the checkpoint was taken. */
  restore(records: readonly [record: unknown, timestampMs: number][]): void {
    this.waiting = records.map(([record, timestampMs]) => ({ record, timestampMs }));
  }

  cancel(): void {
    this.cancelled = true;
    this.releaseSource();
    for (const end of [...this.sleepers]) end();
  }

  /**
   * Nobody takes records any more. A source that goes on all the same is parked, or stopped if it does not even wait.
   */
  private afterCancel(): Promise<void> {
    if (++this.emittedAfterCancel > MAX_WAITING) throw overrun();
    return new Promise(() => undefined);
  }

  /** A turn follows each time records went down the chain: it sends what sinks and buffers have gathered. */
  private signal(): void {
    if (this.signalled) return;
    this.signalled = true;
    this.outlet.wake();
  }

  /** Behind the records that wait. */
  private say(say: (time: SourceTimeOutlet) => void): void {
    if (this.cancelled) return;
    this.signal();
    if (this.hasWaiting) this.waiting.push({ record: undefined, timestampMs: NO_EVENT_TIME, say });
    else say(this.outlet.time);
  }

  private enqueue(record: unknown, timestampMs: number): void {
    if (this.waiting.length - this.taken >= MAX_WAITING) {
      throw overrun();
    }
    this.waiting.push({ record: this.retain(record), timestampMs });
  }

  private releaseSource(): void {
    const resolve = this.resolveRoom;
    this.roomPromise = undefined;
    this.resolveRoom = undefined;
    resolve?.();
  }
}

function overrun(): WeftError {
  return new WeftError(
    'SOURCE_OVERRUN',
    `The source emitted ${MAX_WAITING} records more than there was room for, without awaiting collect().`,
  );
}
