/** The thread side of `replayInThread`. */
import { parentPort, workerData } from 'node:worker_threads';
import { replayProgram } from '../../../runtime/bundle/index.js';
import { toWireError } from '../../../runtime/common/errors/index.js';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import './fixture.js';

const { folder, jobGraph } = workerData as { folder: string; jobGraph: JobGraph };
try {
  const graph = await replayProgram({ folder, jobGraph });
  const results: Record<string, unknown> = {};
  for (const { name, operator } of graph.nodes) {
    if (operator.type !== 'map') continue;
    try {
      results[name] = operator.fn.map(undefined);
    } catch (error) {
      results[name] = String(error);
    }
  }
  parentPort?.postMessage({ results });
} catch (error) {
  parentPort?.postMessage({ error: toWireError(error) });
}
process.exit(0);
