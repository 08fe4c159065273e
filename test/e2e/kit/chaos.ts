/**
 * kill -9 of whatever a seed says, again and again, while a job runs. Between two kills the job gets on, so that each hits another
 * state; a role that is just being replaced is left alone.
 */
import { jobIdIn, type Role, type TestCluster } from './cluster.js';
import { JOIN_BOUND_MS, proofJob, VisibleOutput, type ProofJob } from './proof-job.js';
import { savepointContents } from './savepoint-contents.js';
import { until } from './until.js';

const VICTIMS: readonly Role[] = ['taskmanager', 'taskmanager', 'jobmanager', 'appmaster', 'nodemanager'];

/** So many numbers go through between two kills, on average: some tenths of a second. */
const STEP_NUMBERS = 300;
/** Enough that the sources have not emitted everything before the last kill. */
const NUMBERS_PER_KILL = 1000;
/** Each of the two sources, so about 1,500 a second in all. */
const NUMBERS_PER_PAUSE = 10;
const FAST = 1_000_000;

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

/** What a run leaves behind. */
interface Remains {
  output: readonly string[];
  state: readonly string[];
}

/**
 * Runs the proof job, undisturbed and then under so many kills.
 * @param flags of `weft run`
 * @returns what was killed, and how output and state of the second run differ from those of the first
 */
export async function chaosRun(
  cluster: TestCluster,
  kills: number,
  seed: number,
  flags: readonly string[] = [],
): Promise<{ killed: Role[]; wrong: string[] }> {
  const count = NUMBERS_PER_KILL * kills;
  const undisturbed = await remainsOf(cluster, proofJob(cluster.home, 'undisturbed', count, FAST), count, flags);
  let killed: Role[] = [];
  const job = proofJob(cluster.home, 'disturbed', count, NUMBERS_PER_PAUSE);
  const disturbed = await remainsOf(cluster, job, count, flags, async (output) => {
    killed = await chaos(cluster, { seed, kills, progress: () => output.records(), step: STEP_NUMBERS });
  });
  return {
    killed,
    wrong: [
      ...difference('output', undisturbed.output, disturbed.output),
      ...difference('state', undisturbed.state, disturbed.state),
    ],
  };
}

/** Starts the job, stops it with a savepoint when all numbers have gone through, and reads what is there then. */
async function remainsOf(
  cluster: TestCluster,
  job: ProofJob,
  count: number,
  flags: readonly string[],
  meanwhile?: (output: VisibleOutput) => Promise<void>,
): Promise<Remains> {
  const run = ['run', '-t', 'yarn-per-job', '-d', '-p', '2', '-Dyarn.application-attempts=1000', ...flags];
  const submitted = await cluster.weft(...run, job.program, ...job.args);
  if (submitted.code !== 0) throw new Error(submitted.stderr);
  const output = new VisibleOutput(job.output);
  await meanwhile?.(output);
  await until('all numbers', () => output.records() >= count, 60_000 + count);
  const stopped = await cluster.weft('stop', '--savepointPath', `${job.output}-savepoints`, jobIdIn(submitted.stdout));
  if (stopped.code !== 0) throw new Error(stopped.stderr);
  const savepoint = /Path: file:(\S+)/.exec(stopped.stdout)?.[1] ?? '';
  return { output: output.lines().toSorted(), state: await savepointContents(savepoint, count * 10 - JOIN_BOUND_MS) };
}

/** The first lines that only one of the two has, or has more often; both are sorted. */
function difference(what: string, expected: readonly string[], actual: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const line of expected) counts.set(line, (counts.get(line) ?? 0) + 1);
  for (const line of actual) counts.set(line, (counts.get(line) ?? 0) - 1);
  const wrong = [...counts].filter(([, count]) => count !== 0);
  return wrong
    .slice(0, 10)
    .map(([line, count]) => `${what}: ${line}: ${count > 0 ? `${count} missing` : `${-count} too many`}`);
}
