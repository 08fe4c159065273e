/** Keeps what the program prints on its way to `execute()` from being printed once per slot thread. */
import type { Patches } from './patches.js';

export function muteOutput(patches: Patches, active: () => boolean): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    const muted = (...args: unknown[]): boolean => {
      if (!active()) return write(...args);
      const done = args.find((argument) => typeof argument === 'function') as (() => void) | undefined;
      if (done !== undefined) queueMicrotask(done);
      return true;
    };
    patches.replace(stream, 'write', muted);
  }
}
