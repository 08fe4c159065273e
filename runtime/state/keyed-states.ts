/** The states that functions get by their descriptors: views of a table, for the key at hand. */
import { WeftError } from '../common/errors/index.js';
import type {
  AggregatingState,
  KeyedStateStore,
  ListState,
  ReducingState,
  State,
  StateDescriptor,
  StateKind,
  ValueState,
} from '../functions/index.js';
import {
  AggregatingStateDescriptor,
  ListStateDescriptor,
  MapStateDescriptor,
  ReducingStateDescriptor,
  ValueStateDescriptor,
} from '../functions/index.js';
import { descriptionOf, type StandardSchemaV1, type TypeDescription } from '../functions/types/index.js';
import { KeyedSlot, type Slot } from './keyed-slot.js';
import type { KeyedStateBackend } from './keyed-state-backend.js';
import { MapView } from './map-view.js';
import { TtlSlot } from './ttl-slot.js';
import { VOID_NAMESPACE, type Namespace } from './section-format.js';

/** States by name, each made once. @throws STATE_BAD_DESCRIPTOR, STATE_KIND_CHANGED */
export function keyedStateStore(backend: KeyedStateBackend): KeyedStateStore {
  const known = new Map<string, State>();
  const find = <S extends State>(descriptor: StateDescriptor<S>, kind: StateKind, method: string): S => {
    requireKind(descriptor, kind, method);
    // The table says whether the name belongs to another kind.
    backend.table(descriptor.name, tableKind(descriptor as StateDescriptor<State>));
    let state = known.get(descriptor.name);
    if (state === undefined) {
      state = stateOf(backend, descriptor);
      known.set(descriptor.name, state);
    }
    return state as S;
  };
  return {
    getState: (descriptor) => find(descriptor, 'value', 'getState'),
    getListState: (descriptor) => find(descriptor, 'list', 'getListState'),
    getMapState: (descriptor) => find(descriptor, 'map', 'getMapState'),
    getReducingState: (descriptor) => find(descriptor, 'reducing', 'getReducingState'),
    getAggregatingState: (descriptor) => find(descriptor, 'aggregating', 'getAggregatingState'),
  };
}

/**
 * The state of a descriptor for the key at hand, in a namespace.
 * @throws STATE_BAD_DESCRIPTOR, STATE_KIND_CHANGED
 */
export function stateOf<S extends State>(
  backend: KeyedStateBackend,
  descriptor: StateDescriptor<S>,
  namespace: Namespace = VOID_NAMESPACE,
): S {
  const { name, ttl } = descriptor as StateDescriptor<State>;
  const kind = tableKind(descriptor);
  backend.declare(name, kind, declaredTypeOf(descriptor));
  const bucket = () => backend.table(name, kind).bucket(namespace);
  const slot = ttl === undefined ? new KeyedSlot(backend, name, bucket) : new TtlSlot(backend, name, bucket, ttl);
  return viewOf(descriptor, slot) as unknown as S;
}

/** With a time to live, values are kept with their time: that is another kind of state. */
export function tableKind({ kind, ttl }: StateDescriptor<State>): string {
  return ttl === undefined ? kind : `${kind} with a time to live`;
}

/** What the program says of the values as the table holds them; undefined when it does not say all of it. */
export function declaredTypeOf(descriptor: StateDescriptor<State>): TypeDescription | undefined {
  const value = typeOfValues(descriptor);
  if (value === undefined || descriptor.ttl === undefined) return value;
  return {
    kind: 'row',
    fields: [
      { name: 'value', type: value, optional: false },
      { name: 'atMs', type: { kind: 'double' }, optional: false },
    ],
  };
}

function typeOfValues(descriptor: StateDescriptor<State>): TypeDescription | undefined {
  if (descriptor instanceof ListStateDescriptor) {
    const of = descriptionOf(descriptor.elementType);
    return of === undefined ? undefined : { kind: 'list', of };
  }
  if (descriptor instanceof MapStateDescriptor) {
    const [key, value] = [descriptionOf(descriptor.keyType), descriptionOf(descriptor.valueType)];
    return key === undefined || value === undefined ? undefined : { kind: 'map', key, value };
  }
  if (descriptor instanceof AggregatingStateDescriptor) return descriptionOf(descriptor.accumulatorType);
  const { type } = descriptor as { type?: StandardSchemaV1 };
  return descriptionOf(type);
}

/** The state of a descriptor over a place for its value. @throws STATE_BAD_DESCRIPTOR */
export function viewOf(descriptor: StateDescriptor<State>, slot: Slot): State {
  if (descriptor instanceof ValueStateDescriptor) return new ValueView(slot, descriptor.defaultValue as unknown);
  if (descriptor instanceof ListStateDescriptor) return new ListView(slot as Slot<unknown[]>);
  if (descriptor instanceof MapStateDescriptor)
    return new MapView(slot as Slot<Map<unknown, unknown>>, descriptor.name);
  if (descriptor instanceof ReducingStateDescriptor) {
    const { fn } = descriptor as ReducingStateDescriptor<unknown>;
    return new ReducingView(slot, typeof fn === 'function' ? fn : (a, b) => fn.reduce(a, b));
  }
  if (descriptor instanceof AggregatingStateDescriptor) return new AggregatingView(slot, descriptor.fn);
  throw badDescriptor('This state', 'a descriptor', descriptor);
}

/** @throws STATE_BAD_DESCRIPTOR */
export function requireKind(descriptor: unknown, kind: StateKind, method: string): void {
  const given = (descriptor as Partial<StateDescriptor<State>> | undefined)?.kind;
  if (given !== kind) throw badDescriptor(`${method}()`, `a ${kind} state descriptor`, descriptor);
}

/** @param who needs it */
export function badDescriptor(who: string, needed: string, given: unknown): WeftError {
  const kind = (given as Partial<StateDescriptor<State>> | null | undefined)?.kind;
  const what = kind === undefined ? String(given) : `one of ${kind} state`;
  return new WeftError('STATE_BAD_DESCRIPTOR', `${who} needs ${needed}, and was given ${what}.`);
}

class ValueView implements ValueState<unknown> {
  constructor(
    private readonly slot: Slot,
    private readonly defaultValue: unknown,
  ) {}

  value(): unknown {
    return this.slot.get() ?? this.defaultValue;
  }

  update(value: unknown): void {
    if (value === null || value === undefined) this.slot.clear();
    else this.slot.set(value);
  }

  clear(): void {
    this.slot.clear();
  }
}

class ListView implements ListState<unknown> {
  constructor(private readonly slot: Slot<unknown[]>) {}

  get(): Iterable<unknown> {
    return this.slot.get() ?? [];
  }

  add(value: unknown): void {
    const list = this.slot.get();
    if (list === undefined) this.slot.set([value]);
    else {
      list.push(value);
      this.slot.set(list);
    }
  }

  addAll(values: Iterable<unknown>): void {
    const list = this.slot.get() ?? [];
    for (const value of values) list.push(value);
    if (list.length > 0) this.slot.set(list);
  }

  update(values: Iterable<unknown>): void {
    const list = [...values];
    if (list.length === 0) this.slot.clear();
    else this.slot.set(list);
  }

  clear(): void {
    this.slot.clear();
  }
}

class ReducingView implements ReducingState<unknown> {
  constructor(
    private readonly slot: Slot,
    private readonly reduce: (accumulated: unknown, value: unknown) => unknown,
  ) {}

  get(): unknown {
    return this.slot.get();
  }

  add(value: unknown): void {
    const before = this.slot.get();
    this.slot.set(before === undefined ? value : this.reduce(before, value));
  }

  clear(): void {
    this.slot.clear();
  }
}

class AggregatingView implements AggregatingState<unknown, unknown> {
  constructor(
    private readonly slot: Slot,
    private readonly fn: AggregatingStateDescriptor<unknown, unknown, unknown>['fn'],
  ) {}

  get(): unknown {
    const accumulator = this.slot.get();
    return accumulator === undefined ? undefined : this.fn.getResult(accumulator);
  }

  add(value: unknown): void {
    this.slot.set(this.fn.add(value, this.slot.get() ?? this.fn.createAccumulator()));
  }

  clear(): void {
    this.slot.clear();
  }
}
