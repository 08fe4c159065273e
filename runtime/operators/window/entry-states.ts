import type { KeyedStateStore } from '../../functions/index.js';
import { keyedStateStore, type KeyedStateBackend } from '../../state/index.js';
import { StatesInValues } from './states-in-values.js';
import type { WindowEntry } from './window-entry.js';
import type { WindowStates } from './window-scope.js';

/** The states that a window's function keeps, of windows that are kept by key: a part of the window's entry. */
export class EntryStates implements WindowStates {
  /** The window at hand. */
  entry: WindowEntry | undefined;
  private readonly global: KeyedStateStore;
  private readonly ofWindow = new StatesInValues(() => this.entry?.functionStates ?? {});

  /** @param merging windows that merge have no state of their own, as in Flink */
  constructor(
    backend: KeyedStateBackend,
    private readonly merging: boolean,
  ) {
    this.global = keyedStateStore(backend);
  }

  windowState(): KeyedStateStore {
    if (this.merging) throw new TypeError('Windows that merge, like sessions, have no state of their own.');
    return this.ofWindow;
  }

  globalState(): KeyedStateStore {
    return this.global;
  }
}
