/** What a trigger may know and do, for the key and the window that the operator has at hand. */
import type { OnMergeContext, State, StateDescriptor } from '../../functions/index.js';
import type { TimerService } from '../../time/index.js';
import { StatesInValues } from './states-in-values.js';
import { nameOf, type WindowEntry } from './window-entry.js';

export class TriggerScope implements OnMergeContext {
  /** The windows that `entry` takes the place of, while they are merged. */
  merged: readonly WindowEntry[] = [];
  private entry: WindowEntry | undefined;
  private readonly states = new StatesInValues(() => this.current.triggerStates);

  constructor(private readonly timers: TimerService) {}

  /** The window that calls are about from now on. */
  at(entry: WindowEntry): this {
    this.entry = entry;
    return this;
  }

  getCurrentProcessingTime(): number {
    return this.timers.currentProcessingTime();
  }

  getCurrentWatermark(): number {
    return this.timers.currentWatermark;
  }

  registerEventTimeTimer(timeMs: number): void {
    const { eventTimers } = this.current;
    if (eventTimers.includes(timeMs)) return;
    eventTimers.push(timeMs);
    this.timers.registerEventTimeTimer(timeMs, nameOf(this.current));
  }

  registerProcessingTimeTimer(timeMs: number): void {
    const { processingTimers } = this.current;
    if (processingTimers.includes(timeMs)) return;
    processingTimers.push(timeMs);
    this.timers.registerProcessingTimeTimer(timeMs, nameOf(this.current));
  }

  deleteEventTimeTimer(timeMs: number): void {
    if (remove(this.current.eventTimers, timeMs)) this.timers.deleteEventTimeTimer(timeMs, nameOf(this.current));
  }

  deleteProcessingTimeTimer(timeMs: number): void {
    if (remove(this.current.processingTimers, timeMs)) {
      this.timers.deleteProcessingTimeTimer(timeMs, nameOf(this.current));
    }
  }

  getPartitionedState<S extends State>(descriptor: StateDescriptor<S>): S {
    return this.states.of(descriptor);
  }

  mergePartitionedState(descriptor: StateDescriptor<State>): void {
    this.states.merge(
      descriptor,
      this.merged.map(({ triggerStates }) => triggerStates),
    );
  }

  private get current(): WindowEntry {
    if (this.entry === undefined) throw new Error('A trigger is asked about no window.');
    return this.entry;
  }
}

/** @returns whether it was there */
export function remove(times: number[], timeMs: number): boolean {
  const at = times.indexOf(timeMs);
  if (at >= 0) times.splice(at, 1);
  return at >= 0;
}
