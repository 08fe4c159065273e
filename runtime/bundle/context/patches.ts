/** Replaces properties of shared objects, and puts all of them back together. */
import { syncBuiltinESMExports } from 'node:module';

export class Patches {
  private readonly undo: (() => void)[] = [];

  /**
   * Gives the object a property of its own; `restore` brings the former state back, an inherited property included.
   * The property stays as enumerable as it was: a change of that makes V8 look up all properties of the object slowly
   * ever after (`Math.imul` cost a third of a job's time).
   */
  replace<T extends object, K extends keyof T>(target: T, key: K, value: T[K]): void {
    const former = Object.getOwnPropertyDescriptor(target, key);
    Object.defineProperty(target, key, {
      value,
      writable: true,
      configurable: true,
      enumerable: former?.enumerable ?? true,
    });
    this.undo.push(() => {
      if (former === undefined) Reflect.deleteProperty(target, key);
      else Object.defineProperty(target, key, former);
    });
  }

  /** Makes `import { x } from 'node:…'` see the replaced functions. */
  publish(): void {
    syncBuiltinESMExports();
  }

  restore(): void {
    for (const step of this.undo.toReversed()) step();
    this.undo.length = 0;
    syncBuiltinESMExports();
  }
}
