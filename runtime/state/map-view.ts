import { WeftError } from '../common/errors/index.js';
import type { MapState } from '../functions/index.js';
import type { Slot } from './keyed-slot.js';

/** A map as the value of the key at hand. */
export class MapView implements MapState<unknown, unknown> {
  constructor(
    private readonly slot: Slot<Map<unknown, unknown>>,
    private readonly name: string,
  ) {}

  get(key: unknown): unknown {
    return this.slot.get()?.get(key);
  }

  put(key: unknown, value: unknown): void {
    const map = this.slot.get() ?? new Map<unknown, unknown>();
    map.set(mapKey(this.name, key), value);
    this.slot.set(map);
  }

  putAll(entries: ReadonlyMap<unknown, unknown>): void {
    const map = this.slot.get() ?? new Map<unknown, unknown>();
    for (const [key, value] of entries) map.set(mapKey(this.name, key), value);
    if (map.size > 0) this.slot.set(map);
  }

  remove(key: unknown): void {
    const map = this.slot.get();
    if (map?.delete(key) !== true) return;
    if (map.size === 0) this.slot.clear();
    else this.slot.set(map);
  }

  contains(key: unknown): boolean {
    return this.slot.get()?.has(key) ?? false;
  }

  entries(): Iterable<[unknown, unknown]> {
    return this.slot.get() ?? [];
  }

  keys(): Iterable<unknown> {
    return this.slot.get()?.keys() ?? [];
  }

  values(): Iterable<unknown> {
    return this.slot.get()?.values() ?? [];
  }

  isEmpty(): boolean {
    return (this.slot.get()?.size ?? 0) === 0;
  }

  clear(): void {
    this.slot.clear();
  }
}

/** Two objects of equal content would be two keys, so only values are taken. @throws STATE_BAD_MAP_KEY */
export function mapKey(name: string, key: unknown): unknown {
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean') {
    return key;
  }
  const what = key === null ? 'null' : typeof key;
  throw new WeftError('STATE_BAD_MAP_KEY', `A key of map state "${name}" is ${what}.`);
}
