/** Flink's rule for the number of key groups. */
import type { JobSettings, StreamNode } from './stream-graph.js';

const LEAST = 128;
const MOST = 32_768;

/** The next power of two at or above 1.5 × the parallelism, from 128 to 32768. */
export function defaultMaxParallelism(parallelism: number): number {
  const wanted = parallelism + Math.floor(parallelism / 2);
  const power = wanted <= 1 ? 1 : 2 ** Math.ceil(Math.log2(wanted));
  return Math.min(Math.max(power, LEAST), MOST);
}

/** What the operator says, else the job, else the rule. */
export function maxParallelismOf(
  node: Pick<StreamNode, 'parallelism' | 'maxParallelism'>,
  settings: Pick<JobSettings, 'maxParallelism'>,
): number {
  const set = node.maxParallelism ?? settings.maxParallelism;
  return set > 0 ? set : defaultMaxParallelism(node.parallelism);
}
