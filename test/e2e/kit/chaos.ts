/**
 * kill -9 of whatever a seed says, again and again, while a job runs. Between two kills the job gets on, so that each hits another
 * state; a role that is just being replaced is left alone.
 */
import type { Role, TestCluster } from './cluster.js';
import { until } from './until.js';

const VICTIMS: readonly Role[] = ['taskmanager', 'taskmanager', 'jobmanager', 'appmaster', 'nodemanager'];

/** Mulberry32: the same kills for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface ChaosOptions {
  seed: number;
  kills: number;
  /** How far the job has got: grows while it is well. */
  progress: () => number;
  /** By so much between two kills. */
  step: number;
  /** The job has ended: nothing is killed any more. */
  ended: () => boolean;
}

/** @returns false when it has just ended by itself */
function killNow(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** @returns what was killed, in order */
export async function chaos(cluster: TestCluster, options: ChaosOptions): Promise<Role[]> {
  const random = randomFrom(options.seed);
  const killed: Role[] = [];
  while (killed.length < options.kills) {
    const from = options.progress();
    const goal = from + Math.ceil(options.step * (0.5 + random()));
    await until(`progress after ${killed.join(', ')}`, () => options.ended() || options.progress() >= goal, 60_000);
    if (options.ended()) break;
    const role = VICTIMS[Math.floor(random() * VICTIMS.length)];
    const living = cluster.processes(role);
    if (living.length > 0 && killNow(living[Math.floor(random() * living.length)].pid)) killed.push(role);
  }
  return killed;
}
