/** Finds processes by what their owner put into their environment (Linux: /proc), which they pass on to their children. */
import { readFileSync, readdirSync } from 'node:fs';

/**
 * Processes of this user whose environment, as it was at their start, has all these values, and has the names at all.
 */
export function findProcessesByEnvironment(
  values: Readonly<Record<string, string>>,
  names: readonly string[] = [],
): number[] {
  const wanted = Object.entries(values);
  return processIds().filter((pid) => {
    const environment = startEnvironment(pid);
    return (
      wanted.every(([name, value]) => environment.get(name) === value) && names.every((name) => environment.has(name))
    );
  });
}

function processIds(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

/** The environment of a process as it was at its start; empty when it is gone, or another user's. */
export function startEnvironment(pid: number): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return new Map();
  }
  return new Map(
    text.split('\0').map((entry): [string, string] => {
      const [name = '', ...rest] = entry.split('=');
      return [name, rest.join('=')];
    }),
  );
}
