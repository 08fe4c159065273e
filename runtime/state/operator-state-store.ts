/** The states of an operator that belong to no key, as functions see them: views of its lists. */
import type {
  BroadcastState,
  ListState,
  ListStateDescriptor,
  MapStateDescriptor,
  OperatorStateStore,
} from '../functions/index.js';
import { descriptionOf } from '../functions/types/index.js';
import { declareItems } from './declared-types.js';
import { badDescriptor } from './keyed-states.js';
import { mapKey } from './map-view.js';
import type { OperatorList, OperatorStates } from './operator-states.js';
import type { DistributionMode } from './snapshot.js';

export function operatorStateStore(states: OperatorStates): OperatorStateStore {
  const list = <T>(
    descriptor: ListStateDescriptor<T>,
    mode: DistributionMode,
    method: keyof OperatorStateStore,
  ): ListState<T> => {
    const given = descriptor as Partial<ListStateDescriptor<T>> | undefined;
    if (given?.kind !== 'list') throw badDescriptor(`${method}()`, 'a list state descriptor', descriptor);
    const own = states.list(descriptor.name, mode);
    declareItems(own, descriptionOf(descriptor.elementType));
    return new OperatorListView<T>(own);
  };
  return {
    getListState: (descriptor) => list(descriptor, 'SPLIT', 'getListState'),
    getUnionListState: (descriptor) => list(descriptor, 'UNION', 'getUnionListState'),
    getBroadcastState: (descriptor) => broadcastStateOf(states, descriptor),
  };
}

class OperatorListView<T> implements ListState<T> {
  constructor(private readonly list: OperatorList) {}

  get(): Iterable<T> {
    return this.list.items as T[];
  }

  add(value: T): void {
    this.list.items.push(value);
  }

  addAll(values: Iterable<T>): void {
    for (const value of values) this.list.items.push(value);
  }

  update(values: Iterable<T>): void {
    this.list.items = [...values];
  }

  clear(): void {
    this.list.items = [];
  }
}

const maps = new WeakMap<OperatorList, Map<unknown, unknown>>();

/** The broadcast state of a descriptor; asked for twice, both are one. @throws STATE_BAD_DESCRIPTOR */
export function broadcastStateOf<K, V>(
  states: OperatorStates,
  descriptor: MapStateDescriptor<K, V>,
): BroadcastState<K, V> {
  const given = descriptor as Partial<MapStateDescriptor<K, V>> | undefined;
  if (given?.kind !== 'map') throw badDescriptor('Broadcast state', 'a map state descriptor', descriptor);
  const { name } = descriptor;
  const list = states.list(name, 'BROADCAST');
  const [key, value] = [descriptionOf(descriptor.keyType), descriptionOf(descriptor.valueType)];
  const entry = key && value && ({ kind: 'tuple', items: [key, value] } as const);
  let map = maps.get(list) as Map<K, V> | undefined;
  if (map === undefined) {
    declareItems(list, entry);
    const created = new Map(list.items as [K, V][]);
    map = created;
    maps.set(list, created);
    states.takePart({
      snapshotState: () => {
        list.items = [...created];
      },
      stateRestored: () => {
        declareItems(list, entry);
        created.clear();
        for (const [key, value] of list.items as [K, V][]) created.set(key, value);
      },
    });
  }
  return broadcastView(name, map);
}

function broadcastView<K, V>(name: string, map: Map<K, V>): BroadcastState<K, V> {
  return {
    get: (key) => map.get(key),
    contains: (key) => map.has(key),
    immutableEntries: () => map.entries(),
    entries: () => map.entries(),
    put: (key, value) => void map.set(mapKey(name, key) as K, value),
    putAll(entries) {
      for (const [key, value] of entries) map.set(mapKey(name, key) as K, value);
    },
    remove: (key) => void map.delete(key),
    clear: () => map.clear(),
  };
}
