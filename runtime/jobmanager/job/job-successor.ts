import { WeftError } from '../../common/errors/index.js';
import type { JobGraph } from '../../graph/job-graph.js';

/**
 * Whether a job can go on as another graph says: the state of each operator must be found again, and key groups must be enough.
 * @throws JOB_NOT_RESCALABLE
 */
export function requireSuccessor(former: JobGraph, next: JobGraph): void {
  if (next.jobId !== former.jobId) throw refused(`the new graph is that of job ${next.jobId}`, former.jobId);
  if (former.settings.runtimeMode === 'BATCH') throw refused('it runs stage by stage (BATCH)', former.jobId);
  const kept = new Set(next.streamNodes.map(({ operatorId }) => operatorId));
  const lost = former.streamNodes.find(({ operatorId }) => !kept.has(operatorId));
  if (lost !== undefined) {
    throw refused(
      `the operator "${lost.name}" has no uid, and its place in the graph would be another one: its state would be lost`,
      lost.name,
    );
  }
  for (const { name, nodes, parallelism, maxParallelism } of next.vertices) {
    if (parallelism > maxParallelism) {
      throw refused(
        `"${name}" would have ${parallelism} subtasks, more than its maximum parallelism of ${maxParallelism}`,
        name,
      );
    }
    const before = former.vertices.find((vertex) => vertex.nodes.some((node) => nodes.includes(node)));
    if (before !== undefined && before.maxParallelism !== maxParallelism) {
      throw refused(
        `the keyed state of "${name}" is in ${before.maxParallelism} key groups, and would be in ${maxParallelism}`,
        name,
      );
    }
  }
}

function refused(why: string, subject: string): WeftError {
  return new WeftError('JOB_NOT_RESCALABLE', `The job cannot be rescaled: ${why}.`, { subject });
}
