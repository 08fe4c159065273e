/** A slot thread's run of a program: with what the client recorded, up to the `execute()` that made the job graph. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { WeftError } from '../common/errors/index.js';
import type { JobGraph } from '../graph/job-graph.js';
import type { StreamGraph } from '../graph/stream-graph.js';
import { guardIo } from './context/guard-io.js';
import { interceptWorkingFolder } from './context/intercept-environment.js';
import { interceptContext } from './context/intercept.js';
import { muteOutput } from './context/mute-output.js';
import { ContextPlayer } from './context/player.js';
import { API_IMPORTED_SYMBOL, API_SYMBOL } from './api-symbols.js';
import { Deferred } from './deferred.js';
import { systemClock } from '../common/clock.js';
import { watchForEnd } from './replay-end.js';
import { programError } from './program-error.js';
import { installHost, type JobExecutionResult, type ProgramHost, type SubmittedJob } from '../api/host.js';
import { sourceMappingOf } from './source-mapping.js';

export interface ReplayOptions {
  /** Where the artifact was laid out (`materializeArtifact`): `jobGraph.program.entry` lies in it. */
  folder: string;
  jobGraph: JobGraph;
}

/**
 * Runs the bundled program in this thread with the context that the client recorded, up to the `execute()` that made the
 * job graph, and returns the graph with the user's functions. What the program prints meanwhile is muted; the program
 * stays parked at that `execute()` for ever. Call it once a thread; the thread must hold the API on `API_SYMBOL`.
 * @throws BUNDLE_GRAPH_DIVERGED, BUNDLE_IO_IN_REPLAY, BUNDLE_PROGRAM_FAILED
 */
export async function replayProgram({ folder, jobGraph }: ReplayOptions): Promise<StreamGraph> {
  if (!(API_SYMBOL in globalThis)) throw new WeftError('INTERNAL', 'This thread has not loaded the API.');
  const { entry, context } = jobGraph.program;
  const player = new ContextPlayer(context);
  const mapping = sourceMappingOf(folder);
  const captured = new Deferred<StreamGraph>();

  let running = true;
  let recorded = context.recordedFrom !== 'api-import';
  const active = (): boolean => running;
  const patches = interceptContext(player, () => running && recorded);
  interceptWorkingFolder(patches, context.cwd, active);
  muteOutput(patches, active);
  guardIo(patches, { folder, mapping, active });
  patches.publish();
  const globals: Record<symbol, unknown> = globalThis;
  patches.replace(globals, API_IMPORTED_SYMBOL, () => {
    recorded = true;
  });
  const removeHost = installHost(replayHost(jobGraph, player, captured.resolve, (at) => mapping.location(at)));

  const path = join(folder, entry);
  process.argv = [process.execPath, path, ...context.args];
  const end = watchForEnd(systemClock);
  try {
    const failed = import(pathToFileURL(path).href).then(() => end.never);
    const streamGraph = await Promise.race([captured.promise, failed, end.never]);
    requireSameGraph(streamGraph, jobGraph);
    return streamGraph;
  } catch (error) {
    throw programError(error, folder);
  } finally {
    running = false;
    end.stop();
    patches.restore();
    removeHost();
  }
}

/** A job that the program's run in the client handed over before: what became of it is among the recorded values. */
const EARLIER_JOB: SubmittedJob = {
  jobId: '',
  status: () => Promise.reject(new WeftError('INTERNAL', 'The state of an earlier job is a recorded value.')),
  cancel: () => Promise.resolve(),
  results: () => Promise.reject(new WeftError('INTERNAL', 'The results of an earlier job are recorded values.')),
};

function replayHost(
  jobGraph: JobGraph,
  player: ContextPlayer,
  capture: (streamGraph: StreamGraph) => void,
  mapLocation: (location: string) => string,
): ProgramHost {
  const { executeIndex, context } = jobGraph.program;
  let executions = 0;
  return {
    mode: 'replay',
    parallelism: context.parallelism ?? jobGraph.settings.parallelism,
    configuration: context.configuration ?? {},
    execute(streamGraph, onSubmitted) {
      const index = executions++;
      if (index === executeIndex) capture(streamGraph);
      if (index < executeIndex) onSubmitted?.(EARLIER_JOB);
      const earlier = index < executeIndex ? player.execution(index) : undefined;
      if (earlier === undefined) return new Promise(() => {});
      return 'error' in earlier ? Promise.reject(earlier.error) : Promise.resolve(earlier.result as JobExecutionResult);
    },
    value: <T>(name: string) => Promise.resolve(player.value(name) as T),
    mapLocation,
  };
}

/** Operators are looked up by node id from here on, so each must be the one that the client had. */
function requireSameGraph(streamGraph: StreamGraph, jobGraph: JobGraph): void {
  const expected = jobGraph.streamNodes;
  for (const node of expected) {
    const found = streamGraph.nodes.find(({ id }) => id === node.id);
    if (found === undefined) throw diverged(node, 'is missing');
    if (found.operator.type !== node.operatorType) {
      throw diverged(node, `is "${found.name}" of type ${found.operator.type} instead of ${node.operatorType}`);
    }
    if (found.name !== node.name) throw diverged(node, `is called "${found.name}"`);
  }
  const known = new Set(expected.map(({ id }) => id));
  const extra = streamGraph.nodes.find(({ id }) => !known.has(id));
  if (extra !== undefined) throw diverged(extra, 'is new');
}

function diverged(node: { id: number; name: string; declaredAt?: string | undefined }, how: string): WeftError {
  const where = node.declaredAt === undefined ? '' : ` (${node.declaredAt})`;
  return new WeftError(
    'BUNDLE_GRAPH_DIVERGED',
    `Run again in a slot, the program made another graph: operator ${node.id} "${node.name}"${where} ${how}.`,
    { subject: node.name },
  );
}
