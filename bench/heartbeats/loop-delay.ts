/** Preloaded into a role's process: watches its event loop, and tells whoever started it. Changes nothing else. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What the loop was late by, milliseconds, since the last `reset`; and the CPU time that the process took. */
export interface LoopDelay {
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
  cpuMs: number;
}

/** The watch wakes up this often; what it measures contains it. */
const RESOLUTION_MS = 1;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
let cpuBefore = process.cpuUsage();

process.on('message', (message) => {
  if (message === 'reset') {
    delays.reset();
    cpuBefore = process.cpuUsage();
  } else if (message === 'read') {
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const { user, system } = process.cpuUsage(cpuBefore);
    process.send?.({
      ...{ p50Ms: late(delays.percentile(50)), p99Ms: late(delays.percentile(99)), maxMs: late(delays.max) },
      cpuMs: (user + system) / 1000,
    } satisfies LoopDelay);
  }
});
