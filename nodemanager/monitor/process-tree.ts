/** Reads process trees from /proc, touching only the processes of the tree. */
import { readFileSync, readdirSync } from 'node:fs';

/** The process and all its descendants, itself first. Empty when it is gone. */
export function processTree(rootPid: number): number[] {
  const found = [rootPid];
  for (let next = 0; next < found.length; next++) {
    for (const child of childrenOf(found[next] ?? 0)) if (!found.includes(child)) found.push(child);
  }
  return found;
}

/** A child hangs on the thread that started it, so all threads are asked. */
export function childrenOf(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  return threads.flatMap((thread) => readWords(`/proc/${pid}/task/${thread}/children`).map(Number));
}

/** Resident memory of one process, bytes; 0 when it is gone. */
export function residentBytes(pid: number): number {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(match?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

function readWords(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split(' ')
      .filter((word) => word.trim() !== '');
  } catch {
    return [];
  }
}
