import type { State, StateDescriptor } from '../state/index.js';
import type { Window } from './window.js';

/**
 * What a trigger wants done: nothing, the window's result emitted, its contents dropped, or both. A window that was
 * fired keeps its contents until it is purged or its time is over.
 */
export const TriggerResult = {
  CONTINUE: 'CONTINUE',
  FIRE: 'FIRE',
  PURGE: 'PURGE',
  FIRE_AND_PURGE: 'FIRE_AND_PURGE',
} as const;
export type TriggerResult = (typeof TriggerResult)[keyof typeof TriggerResult];

/** What a trigger can do and know, for the key and the window that it is asked about. */
export interface TriggerContext {
  getCurrentProcessingTime(): number;
  /** Epoch milliseconds; MIN_WATERMARK before the first one. */
  getCurrentWatermark(): number;
  /** Asks for `onEventTime` once the watermark has reached the time. Asking twice for one time calls once. */
  registerEventTimeTimer(timeMs: number): void;
  registerProcessingTimeTimer(timeMs: number): void;
  deleteEventTimeTimer(timeMs: number): void;
  deleteProcessingTimeTimer(timeMs: number): void;
  /** The trigger's own state of this key and window. The trigger removes it in `clear`. */
  getPartitionedState<S extends State>(descriptor: StateDescriptor<S>): S;
}

export interface OnMergeContext extends TriggerContext {
  /** Brings the state of the windows that were merged into that of the new one. Only of states that can be added up. */
  mergePartitionedState(descriptor: StateDescriptor<State>): void;
}

/** Decides when the result of a window is due. One object serves all keys and windows: what differs lies in its state. */
export abstract class Trigger<T, W extends Window> {
  /** A record came into the window. @param timestamp its event time, NaN if it has none */
  abstract onElement(element: T, timestamp: number, window: W, context: TriggerContext): TriggerResult;
  /** A timer of processing time that the trigger had set. */
  abstract onProcessingTime(timeMs: number, window: W, context: TriggerContext): TriggerResult;
  /** A timer of event time that the trigger had set. */
  abstract onEventTime(timeMs: number, window: W, context: TriggerContext): TriggerResult;
  /** The window is gone: removes timers and state. */
  abstract clear(window: W, context: TriggerContext): void;

  /** Whether windows with this trigger may be merged. */
  canMerge(): boolean {
    return false;
  }

  /** The window has taken the place of others, whose `clear` is called next. Needed where `canMerge` says true. */
  onMerge?(window: W, context: OnMergeContext): void;
}
