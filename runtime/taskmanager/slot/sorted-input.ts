/**
 * A task's input in order: first everything is read and sorted, then it is handed on, group by group. Inputs that need no order
 * go straight to the operator while the others are read, so that it knows all of them before the first sorted record. Watermarks
 * say nothing about sorted records: there is only the last one, behind them.
 */
import type { BatchResult, Room } from '../../connectors/index.js';
import { MAX_WATERMARK } from '../../functions/index.js';
import type { Chain, TaskContext } from '../../operators/index.js';
import type { TimeTaker } from '../../time/index.js';
import type { HeadInput } from './gate-input.js';
import type { RecordSorter } from './record-sorter.js';
import type { TaskInput } from './task-input.js';

export interface SortedInputParts {
  /** Whose heads are `takers`. */
  unsorted: TaskInput;
  sorter: RecordSorter;
  chain: Chain;
  context: TaskContext;
  room: Room;
}

const NO_TIME: TimeTaker = { onWatermark: () => undefined, onIdle: () => undefined };

export class SortedInput implements TaskInput {
  private phase: 'reading' | 'sorted' | 'over' = 'reading';

  constructor(private readonly parts: SortedInputParts) {}

  /**
   * What takes the records of each input of the operator before they are sorted.
   * @param isSorted whether the input is; by the input's number
   */
  static takers(
    { chain, context, sorter }: Omit<SortedInputParts, 'unsorted' | 'room'>,
    isSorted: (input: number) => boolean,
  ): HeadInput[] {
    return chain.inputs.map((next, input) => {
      if (!isSorted(input)) return { head: next, time: NO_TIME };
      const head = (record: unknown): void => {
        try {
          sorter.add(record, context.timestampMs, input);
        } catch (error) {
          throw chain.headOperator.failed(error);
        }
      };
      return { head, time: NO_TIME };
    });
  }

  open(): Promise<void> {
    return this.parts.unsorted.open();
  }

  take(max: number): BatchResult {
    const { unsorted, sorter, chain } = this.parts;
    if (this.phase === 'over') return 'end';
    if (this.phase === 'sorted') return this.emit(max);
    const result = unsorted.take(max);
    if (result !== 'end') return result;
    try {
      sorter.finish();
    } catch (error) {
      throw chain.headOperator.failed(error);
    }
    this.phase = 'sorted';
    return 'more';
  }

  finish(): void {
    for (const time of this.parts.chain.inputTimes) time.onWatermark(MAX_WATERMARK);
  }

  cancel(): void {
    this.parts.unsorted.cancel();
  }

  async close(): Promise<void> {
    this.phase = 'over';
    this.parts.sorter.close();
    await this.parts.unsorted.close();
  }

  get recordsIn(): number {
    return this.parts.unsorted.recordsIn;
  }

  get bytesIn(): number {
    return this.parts.unsorted.bytesIn;
  }

  private emit(max: number): BatchResult {
    const { sorter, chain, context, room } = this.parts;
    for (let n = 0; n < max; n++) {
      if (!room.open) return 'more';
      if (!sorter.next()) {
        this.phase = 'over';
        if (!sorter.isEmpty) chain.endKey();
        return 'end';
      }
      if (sorter.beginsGroup) chain.endKey();
      context.timestampMs = sorter.timestampMs;
      chain.inputs[sorter.input](sorter.record);
    }
    return 'more';
  }
}
