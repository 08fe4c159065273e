/** Finds processes by what their owner put into their environment (Linux: /proc), which they pass on to their children. */
import { readFileSync, readdirSync } from 'node:fs';

/** Processes of this user whose environment, as it was at their start, has all these values. */
export function findProcessesByEnvironment(values: Readonly<Record<string, string>>): number[] {
  const wanted = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return processIds().filter((pid) => {
    const environment = startEnvironment(pid);
    return wanted.every((entry) => environment.has(entry));
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

function startEnvironment(pid: number): ReadonlySet<string> {
  try {
    return new Set(readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0'));
  } catch {
    return new Set();
  }
}
