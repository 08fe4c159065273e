/** A script of the administrator's that says whether the node is well, as Hadoop runs it. */
import { execFile } from 'node:child_process';
import type { Health } from './disk-health.js';

export interface HealthScript {
  readonly path: string;
  readonly words: readonly string[];
  readonly timeoutMs: number;
}

/** How a script ended: undefined output = it could not be run. */
export interface ScriptEnd {
  readonly output: string | undefined;
  readonly timedOut: boolean;
}

const MAX_OUTPUT_BYTES = 1024 * 1024;

/**
 * A line that begins with ERROR, or a script that hangs, makes the node unhealthy. One that fails otherwise is no reason: it
 * may be the script that is ill. Pure.
 */
export function healthOf({ output, timedOut }: ScriptEnd, { path, timeoutMs }: HealthScript): Health {
  if (timedOut) return { healthy: false, report: `The health script ${path} did not end within ${timeoutMs} ms.` };
  const errors = (output ?? '').split('\n').filter((line) => line.startsWith('ERROR'));
  return { healthy: errors.length === 0, report: errors.join(' ') };
}

/** Runs the script to its end, or kills it. */
export function runHealthScript(script: HealthScript): Promise<Health> {
  const { path, timeoutMs, words } = script;
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const;
    execFile(path, words, options, (error, stdout) => {
      resolve(healthOf({ output: stdout, timedOut: error?.killed === true }, script));
    });
  });
}

/** Both have to be well. Pure. */
export function bothHealthy(one: Health, other: Health): Health {
  const report = [one.report, other.report].filter((text) => text !== '').join(' ');
  return { healthy: one.healthy && other.healthy, report };
}
