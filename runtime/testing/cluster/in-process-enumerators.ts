/** Runs the enumerators of a job in the test's own thread, so that they share variables with the test. */
import { systemClock } from '../../common/clock.js';
import { asWeftError } from '../../common/errors/index.js';
import { Enumerators } from '../../connectors/index.js';
import type { StreamGraph } from '../../graph/stream-graph.js';
import type { StartEnumerators } from '../../jobmanager/sources/enumerator-runner.js';

/** @param describe makes a job's graph anew, with sources of its own */
export function inProcessEnumerators(describe: (jobId: string) => Promise<StreamGraph>): StartEnumerators {
  return ({ jobId }, restored, listener) => {
    const started = describe(jobId).then(
      (streamGraph) =>
        new Enumerators({
          ...{ streamGraph, clock: systemClock, restored },
          send: (node, subtask, message) => listener.toReader(node, subtask, message),
          failed: (_node, error) => listener.failed(error),
        }),
    );
    started.catch((error: unknown) => listener.failed(asWeftError(error)));
    const later = (action: (enumerators: Enumerators) => void): void => void started.then(action, () => undefined);
    return {
      fromReader: (node, subtask, message) => later((all) => all.fromReader(node, subtask, message)),
      readerLost: (node, subtask, checkpointId) => later((all) => all.readerLost(node, subtask, checkpointId)),
      snapshot: async (checkpointId) => {
        const enumerators = await started;
        await enumerators.started;
        return enumerators.snapshot(checkpointId);
      },
      notifyCheckpointComplete: (checkpointId) => later((all) => all.notifyCheckpointComplete(checkpointId)),
      close: async () => {
        await (await started.catch(() => undefined))?.close();
      },
    };
  };
}
