/**
 * kill -9 of whatever a seed says, again and again, while a job runs. Between two kills the job gets on, so that each hits another
 * state; a role that is just being replaced is left alone.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Role, TestCluster } from './cluster.js';
import { miscounted, steadyJob } from './steady-job.js';
import { until } from './until.js';

const VICTIMS: readonly Role[] = ['taskmanager', 'taskmanager', 'jobmanager', 'appmaster', 'nodemanager'];

/** The output grows by about so much between two kills, which is some tenths of a second. */
const STEP_BYTES = 6000;
/** Enough that the job has not ended before the last kill. */
const NUMBERS_PER_KILL = 600;

/** Length of all files of a folder of output; what has not begun has none. */
function bytesOf(output: string): number {
  try {
    return readdirSync(output).reduce((sum, name) => sum + statSync(join(output, name)).size, 0);
  } catch {
    return 0;
  }
}

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
    await until(`progress after ${killed.join(', ')}`, () => options.progress() >= goal, 60_000);
    const role = VICTIMS[Math.floor(random() * VICTIMS.length)];
    const living = cluster.processes(role);
    if (living.length > 0 && killNow(living[Math.floor(random() * living.length)].pid)) killed.push(role);
  }
  return killed;
}

/** Runs the steady job under so many kills. @returns what was killed, and what is wrong with the output */
export async function chaosRun(
  cluster: TestCluster,
  kills: number,
  seed: number,
): Promise<{ killed: Role[]; wrong: string[] }> {
  const job = steadyJob(cluster.home, NUMBERS_PER_KILL * kills, 100);
  const run = ['run', '-t', 'yarn-per-job', '-d', '-p', '2', '-Dyarn.application-attempts=1000'];
  const submitted = await cluster.weft(...run, job.program, ...job.args);
  if (submitted.code !== 0) throw new Error(submitted.stderr);
  const state = async (): Promise<string> => (await cluster.status()).applications[0].state;
  const killed = await chaos(cluster, { seed, kills, progress: () => bytesOf(job.output), step: STEP_BYTES });
  await until('the job to end', async () => (await state()) === 'FINISHED', 60_000 + kills * 2000);
  const { finalStatus } = (await cluster.status()).applications[0];
  return { killed, wrong: [...(finalStatus === 'SUCCEEDED' ? [] : [finalStatus]), ...miscounted(job)] };
}
