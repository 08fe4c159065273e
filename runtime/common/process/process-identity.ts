/** Tells a live process from another one that got its number later: pid and start time (Linux: /proc). */
import { readFileSync } from 'node:fs';

/** Start time in clock ticks since boot, or undefined when there is no such process (or no /proc). A zombie counts as gone. */
export function processStartTicks(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z') return undefined;
    return Number(fields[19]);
  } catch {
    return undefined;
  }
}

/** Whether exactly this process still runs. */
export function isSameProcess(pid: number, startTicks: number): boolean {
  return processStartTicks(pid) === startTicks;
}

/** Sends a signal to a process, or to a process group if the number is negative. Returns whether it was there. */
export function sendSignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
