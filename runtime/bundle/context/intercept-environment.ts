/** Routes `process.env` and `process.cwd()` through the readings. */
import type { Patches } from './patches.js';
import type { Readings } from './readings.js';

export function interceptEnvironment(patches: Patches, readings: Readings, active: () => boolean): void {
  const real = process.env;
  const read = (name: string): string | undefined => readings.variable(name, () => real[name]);
  const intercepted = new Proxy(real, {
    get: (target, name, receiver): unknown =>
      active() && typeof name === 'string' ? read(name) : Reflect.get(target, name, receiver),
    has: (target, name) =>
      active() && typeof name === 'string' ? read(name) !== undefined : Reflect.has(target, name),
    ownKeys: (target) => (active() ? readings.variableNames(() => Object.keys(real)) : Reflect.ownKeys(target)),
    getOwnPropertyDescriptor(target, name) {
      if (!active() || typeof name !== 'string') return Reflect.getOwnPropertyDescriptor(target, name);
      const value = read(name);
      return value === undefined ? undefined : { value, writable: true, enumerable: true, configurable: true };
    },
  });
  patches.replace(process, 'env', intercepted);
}

/** Slot threads cannot change their working folder, so the program is told the client's. */
export function interceptWorkingFolder(patches: Patches, folder: string, active: () => boolean): void {
  const real = process.cwd.bind(process);
  patches.replace(process, 'cwd', () => (active() ? folder : real()));
}
