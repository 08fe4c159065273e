import type { ChannelCapture, ChannelCut } from '../../../exchange/index.js';
import type { CheckpointOrder, InFlightSummary } from '../../../common/wire/protocols/checkpoints.js';
import type { SnapshotOutput } from '../../../state/index.js';
import { headOf, inputName, outputName } from './in-flight-format.js';

/** An input channel of a task whose in-flight data is being copied. */
export interface CapturedChannel {
  readonly edgeId: string;
  readonly producer: number;
  readonly capture: ChannelCapture;
}

/** An output channel of a task, which was cut. */
export interface CutChannel {
  readonly edgeId: string;
  readonly consumer: number;
  readonly cut: ChannelCut;
}

interface Piece {
  readonly summary: InFlightSummary;
  readonly name: string;
  readonly head: Uint8Array;
  readonly bytes: Uint8Array;
}

/**
 * What is on its way to and from a task at its snapshot. Unaligned: both are copied, the input until the producers' cuts are reached.
 * Aligned, but with a time limit: nothing is copied, and the output is watched until all of it is with the consumers.
 */
export class InFlightData {
  /** Rejects when the checkpoint is given up. */
  readonly complete: Promise<void>;
  private readonly pieces: Piece[] = [];
  private overtook = false;
  private resolve: () => void = () => undefined;
  private reject: (why: Error) => void = () => undefined;

  constructor(
    order: CheckpointOrder,
    private inputs: readonly CapturedChannel[],
    private outputs: readonly CutChannel[],
  ) {
    this.complete = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever waits for it may come later.
    this.complete.catch(() => undefined);
    if (order.unaligned === true) this.takeOutput();
    this.advance();
    this.settle();
  }

  /** Whether records that are on their way are, or may be, part of the checkpoint. */
  get unaligned(): boolean {
    return this.overtook;
  }

  /** The checkpoint does not wait any longer: what has not left is part of it. */
  takeOutput(): void {
    this.overtook = true;
    for (const { edgeId, consumer, cut } of this.outputs) {
      const tail = cut.takeTail();
      if (tail === undefined) continue;
      const { position, bytes } = tail;
      this.add(
        { edgeId, side: 'output', bytes: bytes.length },
        outputName(edgeId, consumer),
        headOf({ position }),
        bytes,
      );
    }
    this.outputs = [];
    this.settle();
  }

  /** Looks what has come; to be called before input is read. */
  advance(): void {
    if (this.inputs.length === 0 && this.outputs.length === 0) return;
    this.inputs = this.inputs.filter((input) => !this.isTaken(input));
    this.outputs = this.outputs.filter(({ cut }) => !cut.passed);
    this.settle();
  }

  abandon(): void {
    for (const { capture } of this.inputs) capture.release();
    this.inputs = [];
    this.outputs = [];
    this.reject(new Error('The checkpoint was given up.'));
  }

  /** By edge and side. */
  get summaries(): InFlightSummary[] {
    const all = new Map<string, InFlightSummary>();
    for (const { summary } of this.pieces) {
      const key = `${summary.side} ${summary.edgeId}`;
      all.set(key, { ...summary, bytes: summary.bytes + (all.get(key)?.bytes ?? 0) });
    }
    return [...all.values()];
  }

  async writeTo(output: SnapshotOutput): Promise<void> {
    for (const { name, head, bytes } of this.pieces) await output.operatorState(name, 'SPLIT', [head, bytes]);
  }

  private isTaken({ edgeId, producer, capture }: CapturedChannel): boolean {
    if (!capture.advance()) return false;
    const found = capture.result();
    if (found !== undefined) {
      const { bytes, ...head } = found;
      this.add({ edgeId, side: 'input', bytes: bytes.length }, inputName(edgeId, producer), headOf(head), bytes);
    }
    return true;
  }

  private add(summary: InFlightSummary, name: string, head: Uint8Array, bytes: Uint8Array): void {
    this.pieces.push({ summary, name, head, bytes });
  }

  private settle(): void {
    if (this.inputs.length === 0 && this.outputs.length === 0) this.resolve();
  }
}
