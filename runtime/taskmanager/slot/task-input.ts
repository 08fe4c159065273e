/** Where a task's records come from: a source that it pulls, or the gates that other tasks fill. */
import { instantiate } from '../../common/code-template.js';
import type { BatchResult, Room, SourceReader } from '../../connectors/index.js';
import type { InputGate, InputHandler } from '../../exchange/index.js';
import type { Next, OperatorContext, TaskContext } from '../../operators/index.js';

export interface TaskInput {
  open(): Promise<void>;
  /** Takes up to `max` records and feeds them to the chain. `wait`: something rings the doorbell when there is more. */
  take(max: number): BatchResult;
  cancel(): void;
  close(): Promise<void>;
  readonly recordsIn: number;
  readonly bytesIn: number;
}

export class SourceInput implements TaskInput {
  /** Flink counts what comes over the network; a source reads nothing from there. */
  readonly recordsIn = 0;
  readonly bytesIn = 0;
  private waiting = false;

  /** @param operator the source itself, whose failures these are */
  constructor(
    private readonly reader: SourceReader,
    private readonly operator: OperatorContext,
  ) {}

  /** The reader has something again. */
  woken(): void {
    this.waiting = false;
  }

  async open(): Promise<void> {
    try {
      await this.reader.open?.();
    } catch (error) {
      throw this.operator.failed(error);
    }
  }

  take(max: number): BatchResult {
    if (this.waiting) return 'wait';
    // Set before the call, because the reader may wake its task within it.
    this.waiting = true;
    try {
      const result = this.reader.nextBatch(max);
      if (result !== 'wait') this.waiting = false;
      return result;
    } catch (error) {
      throw this.operator.failed(error);
    }
  }

  cancel(): void {
    this.reader.cancel?.();
  }

  async close(): Promise<void> {
    await this.reader.close?.();
  }
}

export class GateInput implements TaskInput {
  private readonly handlers: InputHandler[];
  private first = 0;

  /** @param heads takes the records of each gate */
  constructor(
    private readonly gates: readonly InputGate[],
    heads: readonly Next[],
    private readonly room: Room,
    task: TaskContext,
  ) {
    this.handlers = heads.map((head) => ({ onRecord: instantiate(feed)(head, room, task) }));
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  take(max: number): BatchResult {
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
    return finished ? 'end' : taken > 0 ? 'more' : 'wait';
  }

  cancel(): void {}

  close(): Promise<void> {
    return Promise.resolve();
  }

  get recordsIn(): number {
    return this.gates.reduce((sum, { counters }) => sum + counters.recordsIn, 0);
  }

  get bytesIn(): number {
    return this.gates.reduce((sum, { counters }) => sum + counters.bytesIn, 0);
  }
}

/** Template: one record from the network into the chain. */
function feed(head: Next, room: Room, task: TaskContext): (record: unknown) => boolean {
  return function onRecord(record) {
    task.timestampMs = NaN;
    head(record);
    return room.open;
  };
}
