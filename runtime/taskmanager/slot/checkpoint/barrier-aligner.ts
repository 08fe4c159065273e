/**
 * The barriers of a task's input channels. A checkpoint is aligned when its barrier has come on every channel, or the channel
 * has ended. Until then, exactly once: channels whose barrier has come are not read; at least once: they are. An unaligned one waits
 * only for channels whose in-flight data cannot be part of a checkpoint.
 */
import type { Clock } from '../../../common/clock.js';
import type { CheckpointOrder } from '../../../common/wire/protocols/checkpoints.js';

/** One input channel of the task, over all its gates. */
export interface AlignedChannel {
  block(): void;
  unblock(): void;
  /** Everything of it was read. */
  ended(): boolean;
  /** Whether what is on its way in it can be part of a checkpoint. */
  readonly overtakable: boolean;
}

export interface AlignedCheckpoint {
  readonly order: CheckpointOrder;
  /** From the beginning of the checkpoint to its first barrier here. */
  readonly startDelayMs: number;
  /** From the first barrier to the last. */
  readonly alignmentMs: number;
  /** What was read meanwhile. */
  readonly processedBytes: number;
}

interface Alignment {
  order: CheckpointOrder;
  readonly arrived: Set<number>;
  readonly startDelayMs: number;
  readonly begunMs: number;
  readonly begunBytes: number;
}

/** Checkpoints that were given up are remembered for so long: a barrier may be on its way still. */
const REMEMBERED = 32;

export class BarrierAligner {
  /** By checkpoint id, the oldest first. */
  private readonly pending = new Map<number, Alignment>();
  private readonly abortedIds: number[] = [];
  private lastAlignedId = 0;
  /** Aligned, and not taken yet: nothing is read. */
  private held = false;

  constructor(
    private readonly channels: readonly AlignedChannel[],
    private readonly clock: Clock,
    private readonly onAligned: (aligned: AlignedCheckpoint) => void,
    /** What has been read so far. */
    private readonly bytesRead: () => number = () => 0,
  ) {}

  /** @returns whether the channel may be read on */
  onBarrier(channel: number, order: CheckpointOrder): boolean {
    if (!this.isWanted(order.checkpointId)) return !this.held;
    // What this channel has skipped is not sent by its producer any more.
    for (const { order: older, arrived } of [...this.pending.values()]) {
      if (older.checkpointId < order.checkpointId && !arrived.has(channel)) this.drop(older.checkpointId);
    }
    const alignment = this.begin(order);
    alignment.arrived.add(channel);
    if (order.aligned) this.channels[channel].block();
    this.complete(alignment);
    return !order.aligned && !this.held;
  }

  /** The JobManager's own order: all channels have ended, or are about to; or the checkpoint is unaligned from now on. */
  expect(order: CheckpointOrder): void {
    if (this.isWanted(order.checkpointId)) this.complete(this.begin(order));
  }

  /** Channels may have ended since the last barrier. Cheap while nothing is under way. */
  check(): void {
    if (this.pending.size === 0 || this.held) return;
    for (const alignment of [...this.pending.values()]) this.complete(alignment);
  }

  /** The checkpoint that was aligned is taken. */
  taken(): void {
    this.held = false;
    this.unblockAll();
    // Barriers of the next one may have come already.
    for (const { order, arrived } of this.pending.values()) {
      if (order.aligned) for (const channel of arrived) this.channels[channel].block();
    }
    this.check();
  }

  aborted(checkpointId: number): void {
    this.abortedIds.push(checkpointId);
    if (this.abortedIds.length > REMEMBERED) this.abortedIds.shift();
    this.drop(checkpointId);
  }

  private isWanted(checkpointId: number): boolean {
    return checkpointId > this.lastAlignedId && !this.abortedIds.includes(checkpointId);
  }

  private begin(order: CheckpointOrder): Alignment {
    const known = this.pending.get(order.checkpointId);
    if (known !== undefined) {
      if (order.unaligned === true) known.order = order;
      return known;
    }
    const alignment: Alignment = {
      ...{ order, arrived: new Set<number>(), begunMs: this.clock.monotonicMs(), begunBytes: this.bytesRead() },
      startDelayMs: Math.max(0, this.clock.nowMs() - order.timestampMs),
    };
    this.pending.set(order.checkpointId, alignment);
    return alignment;
  }

  private complete({ order, arrived, startDelayMs, begunMs, begunBytes }: Alignment): void {
    const overtaking = order.unaligned === true;
    const whole = this.channels.every(
      (channel, index) => arrived.has(index) || (overtaking && channel.overtakable) || channel.ended(),
    );
    if (!whole || this.held) return;
    this.pending.delete(order.checkpointId);
    // One that began before can only be aligned later by channels that were not blocked; it is superseded.
    for (const id of [...this.pending.keys()]) if (id < order.checkpointId) this.pending.delete(id);
    this.lastAlignedId = order.checkpointId;
    this.held = true;
    for (const channel of this.channels) channel.block();
    const alignmentMs = this.clock.monotonicMs() - begunMs;
    this.onAligned({ order, startDelayMs, alignmentMs, processedBytes: this.bytesRead() - begunBytes });
  }

  private drop(checkpointId: number): void {
    const alignment = this.pending.get(checkpointId);
    this.pending.delete(checkpointId);
    if (alignment?.order.aligned !== true || this.held) return;
    for (const channel of alignment.arrived) this.channels[channel].unblock();
  }

  private unblockAll(): void {
    for (const channel of this.channels) channel.unblock();
  }
}
