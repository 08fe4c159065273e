/** States of a key's window that lie in a record of values, by name: those of its trigger, or of its function. */
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  ReducingStateDescriptor,
  type KeyedStateStore,
  type State,
  type StateDescriptor,
  type StateKind,
} from '../../functions/index.js';
import { requireKind, viewOf, type Slot } from '../../state/index.js';
import type { StateValues } from './window-entry.js';

/** One state object for each descriptor, of whatever window is at hand. */
export class StatesInValues implements KeyedStateStore {
  private readonly states = new Map<StateDescriptor<State>, State>();

  /** @param values of the window at hand, which may be changed */
  constructor(private readonly values: () => StateValues) {}

  /** @throws STATE_BAD_DESCRIPTOR */
  of<S extends State>(descriptor: StateDescriptor<S>): S {
    const general = descriptor as StateDescriptor<State>;
    let state = this.states.get(general);
    if (state === undefined) {
      state = viewOf(general, slotOf(descriptor.name, this.values));
      this.states.set(general, state);
    }
    return state as S;
  }

  getState: KeyedStateStore['getState'] = (descriptor) => this.ofKind(descriptor, 'value', 'getState');
  getListState: KeyedStateStore['getListState'] = (descriptor) => this.ofKind(descriptor, 'list', 'getListState');
  getMapState: KeyedStateStore['getMapState'] = (descriptor) => this.ofKind(descriptor, 'map', 'getMapState');
  getReducingState: KeyedStateStore['getReducingState'] = (descriptor) =>
    this.ofKind(descriptor, 'reducing', 'getReducingState');
  getAggregatingState: KeyedStateStore['getAggregatingState'] = (descriptor) =>
    this.ofKind(descriptor, 'aggregating', 'getAggregatingState');

  /** Brings the values of other windows into those of the window at hand. */
  merge(descriptor: StateDescriptor<State>, parts: readonly StateValues[]): void {
    const { name } = descriptor;
    const values = this.values();
    for (const part of parts) {
      if (!(name in part)) continue;
      values[name] = name in values ? merged(descriptor, values[name], part[name]) : part[name];
    }
  }

  private ofKind<S extends State>(descriptor: StateDescriptor<S>, kind: StateKind, method: string): S {
    requireKind(descriptor, kind, method);
    return this.of(descriptor);
  }
}

function slotOf(name: string, values: () => StateValues): Slot {
  return {
    get: () => values()[name],
    set(value) {
      values()[name] = value;
    },
    clear() {
      Reflect.deleteProperty(values(), name);
    },
  };
}

function merged(descriptor: StateDescriptor<State>, value: unknown, other: unknown): unknown {
  if (descriptor instanceof ListStateDescriptor) return [...(value as unknown[]), ...(other as unknown[])];
  if (descriptor instanceof ReducingStateDescriptor) {
    const { fn } = descriptor as ReducingStateDescriptor<unknown>;
    return typeof fn === 'function' ? fn(value, other) : fn.reduce(value, other);
  }
  if (descriptor instanceof AggregatingStateDescriptor && descriptor.fn.merge !== undefined) {
    return descriptor.fn.merge(value, other) as unknown;
  }
  throw new TypeError(`State "${descriptor.name}" cannot be merged: only list, reducing and aggregating states can.`);
}
