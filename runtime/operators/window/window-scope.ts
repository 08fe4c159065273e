/** What a window's function is handed: its context and its collector, which are one object for all windows of the operator. */
import { instantiate } from '../../common/code-template.js';
import type { Collector, KeyedStateStore, OutputTag, ProcessWindowContext, Window } from '../../functions/index.js';
import { scopedCollector } from '../element-scope.js';
import type { OperatorContext } from '../operator-context.js';
import type { Next } from '../task-context.js';

/** Where the states are that a window's function may ask for; the key is the backend's current one. */
export interface WindowStates {
  windowState(window: Window): KeyedStateStore;
  globalState(): KeyedStateStore;
}

export class WindowScope implements ProcessWindowContext<Window> {
  /** Whether the function is at work. */
  open = false;
  current: Window | undefined;
  readonly out: Collector<unknown>;

  constructor(
    next: Next,
    private readonly operator: OperatorContext,
    private readonly states: WindowStates,
    private readonly watermark: () => number,
  ) {
    this.out = instantiate(scopedCollector)(this, next, operator);
  }

  window(): Window {
    return this.current as Window;
  }

  currentProcessingTime(): number {
    return this.operator.task.clock.nowMs();
  }

  currentWatermark(): number {
    return this.watermark();
  }

  windowState(): KeyedStateStore {
    return this.states.windowState(this.window());
  }

  globalState(): KeyedStateStore {
    return this.states.globalState();
  }

  output<X>(tag: OutputTag<X>, value: X): void {
    if (!this.open) throw this.operator.lateOutput();
    this.operator.emitToSide(tag, value);
  }
}
