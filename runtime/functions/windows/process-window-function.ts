import { AbstractRichFunction, type Collector, type SideOutputs } from '../functions.js';
import type { KeyedStateStore } from '../state/index.js';
import type { Window } from './window.js';

/** What a window's function may know and do, for the key and the window at hand. */
export interface ProcessWindowContext<W extends Window> extends SideOutputs {
  window(): W;
  currentProcessingTime(): number;
  /** Epoch milliseconds; MIN_WATERMARK before the first one. */
  currentWatermark(): number;
  /** State of this key and window, which lasts over several firings of it. Remove it in `clear`. */
  windowState(): KeyedStateStore;
  /** State of this key, in all windows. */
  globalState(): KeyedStateStore;
}

/** Sees all records of a window, or its one aggregate, and what is known of the window. */
export abstract class ProcessWindowFunction<T, R, K, W extends Window> extends AbstractRichFunction {
  abstract process(key: K, context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void;

  /** The window of the key is gone. */
  clear?(context: ProcessWindowContext<W>): void;
}

/** As `ProcessWindowFunction`, of a stream without keys. */
export abstract class ProcessAllWindowFunction<T, R, W extends Window> extends AbstractRichFunction {
  abstract process(context: ProcessWindowContext<W>, elements: Iterable<T>, out: Collector<R>): void;

  /** As `ProcessWindowFunction.clear`. */
  clear?(context: ProcessWindowContext<W>): void;
}
