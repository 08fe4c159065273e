/** One run of a simulated cluster from a seed: chaos for most of the time, then calm, in which all must come to its end. */
import { Cluster } from './cluster/cluster.js';
import { Faults } from './cluster/faults.js';
import { applications, returned } from './checks/applications.js';
import { books, processes } from './checks/containers.js';
import { Kernel } from './kernel/kernel.js';
import { Random } from './kernel/random.js';
import { Trace } from './kernel/trace.js';

export interface RunOptions {
  readonly seed: number;
  /** Simulated. @default 10 */
  readonly minutes?: number;
  /** Of the trace's last lines, how many are kept. @default 0 */
  readonly keepLines?: number;
  /** Prints the whole trace. */
  readonly print?: (line: string) => void;
  /** For files that nothing of a simulation is in. */
  readonly folder: string;
}

export interface Outcome {
  readonly seed: number;
  readonly events: number;
  readonly faults: number;
  /** What befell single messages. */
  readonly mishaps: number;
  readonly applications: number;
  /** Equal in every run of a seed. */
  readonly hash: string;
  /** What was broken, and when; undefined: nothing. */
  readonly failure: string | undefined;
  readonly tail: readonly string[];
}

export const MINUTES = 10;
const CHECKS = [books, processes, applications, returned];
/** Parts of the run: applications come in the first, faults in the first two, and calm is the rest. */
const SUBMITTING = 0.5;
const FAULTY = 0.65;

export async function simulate(options: RunOptions): Promise<Outcome> {
  const { seed, minutes = MINUTES, keepLines = 0, print, folder } = options;
  const trace = new Trace(keepLines, print);
  const kernel = new Kernel(new Random(seed), trace);
  const cluster = new Cluster(kernel, folder);
  const faults = new Faults(kernel, cluster);
  const checks = CHECKS.map((checkOf) => checkOf(cluster));
  const endMs = minutes * 60_000;
  const onRejection = (error: unknown): void => {
    kernel.fail(error);
  };
  process.on('unhandledRejection', onRejection);
  let failure: string | undefined;
  try {
    cluster.start();
    cluster.clients.begin(endMs * SUBMITTING);
    faults.begin(endMs * FAULTY);
    await kernel.run(endMs, () => {
      for (const check of checks) check.always?.();
    });
    for (const check of checks) check.atEnd?.();
  } catch (error) {
    failure = `at ${(kernel.nowMs / 1000).toFixed(3)} s: ${describe(error)}`;
    kernel.note(`FAILURE ${failure}`);
  } finally {
    process.off('unhandledRejection', onRejection);
  }
  return {
    seed,
    events: kernel.events,
    faults: faults.count,
    mishaps: cluster.network.mishaps,
    applications: cluster.clients.acknowledged.size,
    hash: trace.hash,
    failure,
    tail: trace.tail,
  };
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === 'BrokenPromise' ? error.message : (error.stack ?? error.message);
}
