/** Everything that leaves a task: its writers, and whether they have room. */
import { instantiate } from '../../common/code-template.js';
import type { CheckpointOrder } from '../../common/wire/protocols/checkpoints.js';
import type { Room } from '../../connectors/index.js';
import { MIN_WATERMARK } from '../../functions/index.js';
import { broadcastIdle, broadcastWatermark, type RecordWriter } from '../../exchange/index.js';
import type { Chain } from '../../operators/index.js';
import type { TimeTaker } from '../../time/index.js';
import { broadcastBarrier } from './checkpoint/barrier.js';
import type { CutChannel } from './checkpoint/index.js';

/** A writer, and what must be known of its edge to cut it for a checkpoint. */
export interface OutputEdge {
  readonly writer: RecordWriter;
  readonly edgeId: string;
  /** The subtask that reads each channel. */
  readonly consumers: readonly number[];
  /** Whether what is on its way along the edge can be part of a checkpoint. */
  readonly overtakable: boolean;
}

export class TaskOutput {
  /** Nothing leaves, because the job is about to end with a savepoint. */
  held = false;
  /**
   * Whether another record of the input may be taken. The sinks of the chain count as well: one that is still writing a
   * record takes no further one.
   */
  readonly room: Room;

  private readonly writers: readonly RecordWriter[];

  constructor(
    private readonly edges: readonly OutputEdge[],
    { backlogs }: Pick<Chain, 'backlogs'>,
  ) {
    this.writers = edges.map(({ writer }) => writer);
    this.room = instantiate(roomOf)(this, this.writers, backlogs);
  }

  get open(): boolean {
    return this.room.open;
  }

  /** Whether a record may leave, whatever the operators of the chain are waiting for. */
  readonly hasRoom = (): boolean => {
    for (let i = 0; i < this.writers.length; i++) if (!this.writers[i].available) return false;
    return true;
  };

  /** Tries to move what found no segment. @returns `open` @throws EXCHANGE_PEER_LOST */
  retry(): boolean {
    for (const writer of this.writers) if (!writer.available) writer.retry();
    return this.open;
  }

  /** @returns the monotonic time when it must be called next */
  flushExpired(nowMs: number): number {
    let next = Infinity;
    for (const writer of this.writers) next = Math.min(next, writer.flushExpired(nowMs));
    return next;
  }

  /** @returns the channels in which the barrier may overtake what was sent before */
  broadcast(order: CheckpointOrder): CutChannel[] {
    const overtaking = order.unaligned === true || order.mayTurn === true;
    return this.edges.flatMap(({ writer, edgeId, consumers, overtakable }) => {
      const cuts = overtaking && overtakable ? writer.cut(order.checkpointId) : [];
      broadcastBarrier(writer, order);
      return cuts.flatMap((cut, n) => (cut === undefined ? [] : [{ edgeId, consumer: consumers[n], cut }]));
    });
  }

  end(): void {
    for (const writer of this.writers) writer.end();
  }

  /** Whether everything, the end included, has left. */
  get drained(): boolean {
    for (const writer of this.writers) {
      if (!writer.drained) writer.retry();
      if (!writer.drained) return false;
    }
    return true;
  }

  get recordsOut(): number {
    return this.writers.reduce((sum, { counters }) => sum + counters.recordsOut, 0);
  }

  get bytesOut(): number {
    return this.writers.reduce((sum, { counters }) => sum + counters.bytesOut, 0);
  }
}

/** What a task has told those behind it about event time. */
export class OutgoingTime {
  watermarkMs = MIN_WATERMARK;
  idle = false;

  /** What takes the watermarks that leave along an edge: they travel in band with its records. */
  along(writer: RecordWriter): TimeTaker {
    return {
      onWatermark: (watermarkMs) => {
        this.watermarkMs = watermarkMs;
        broadcastWatermark(writer, watermarkMs);
      },
      onIdle: (idle) => {
        this.idle = idle;
        broadcastIdle(writer, idle);
      },
    };
  }
}

/**
 * Template: it is asked after each record, so what one task's outputs are must not slow down another's. A class, because
 * V8 does not inline the getter of an object literal.
 */
function roomOf(
  output: { readonly held: boolean },
  writers: readonly { readonly available: boolean }[],
  backlogs: readonly { readonly busy: boolean }[],
): Room {
  class TaskRoom {
    get open(): boolean {
      if (output.held) return false;
      for (let i = 0; i < writers.length; i++) if (!writers[i].available) return false;
      for (let i = 0; i < backlogs.length; i++) if (backlogs[i].busy) return false;
      return true;
    }
  }
  return new TaskRoom();
}
