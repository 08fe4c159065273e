/** The states that a window's function keeps, of windows that are kept by window: a bucket for each of them. */
import type { KeyedStateStore, Window } from '../../functions/index.js';
import { keyedStateStore, type KeyedStateBackend, type StateTable } from '../../state/index.js';
import { StatesInValues } from './states-in-values.js';
import { spanOf, type StateValues } from './window-entry.js';
import type { WindowStates } from './window-scope.js';

export class GridStates implements WindowStates {
  private readonly table: StateTable<StateValues>;
  private readonly global: KeyedStateStore;
  private windowStart = 0;
  private readonly ofWindow = new StatesInValues(() => this.values());

  constructor(private readonly backend: KeyedStateBackend) {
    this.table = backend.table('window-states');
    this.global = keyedStateStore(backend);
  }

  windowState(window: Window): KeyedStateStore {
    this.windowStart = spanOf(window).start;
    return this.ofWindow;
  }

  globalState(): KeyedStateStore {
    return this.global;
  }

  /** A window is gone. */
  forget(windowStart: number): void {
    this.table.drop(windowStart);
  }

  /** Of the key and window at hand. */
  private values(): StateValues {
    const { currentId, currentKey } = this.backend;
    const bucket = this.table.bucket(this.windowStart);
    const cell = bucket.cell(currentId) ?? bucket.add(currentId, currentKey, {});
    bucket.touch(cell);
    return cell.value;
  }
}
