/** The host of a program that nobody submitted: it bundles the very program that runs, and runs its jobs in this process. */
import type { ProgramHost } from '../api/host.js';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { API_SYMBOL, bundleProgram, describeFiles, type Artifact, type RunJob } from '../bundle/index.js';
import { clusterOptions, loadConfiguration, yarnOptions, type Configuration } from '../common/config/index.js';
import { WeftHome } from '../common/home.js';
import { newJobId } from '../common/ids.js';
import { createJobGraph } from '../graph/job-graph-generator.js';
import { validateConnectors } from '../graph/validate-connectors.js';
import { ambientRecording } from './ambient-recording.js';
import { executeLocally } from './execute-locally.js';

let host: ProgramHost | undefined;

/** The one host of this process. @throws CONFIG_… */
export function localHost(): Promise<ProgramHost> {
  host ??= createLocalHost(loadConfiguration(new WeftHome().confDir(shippedConf())));
  return Promise.resolve(host);
}

function createLocalHost(configuration: Configuration): ProgramHost {
  const recording = ambientRecording();
  let artifact: Promise<Artifact> | undefined;
  const runJob: RunJob = async (streamGraph, execution, onSubmitted) => {
    await validateConnectors(streamGraph);
    const bundled = await (artifact ??= bundleThisProgram(configuration));
    const { entry } = bundled;
    const program = { entry, files: describeFiles(bundled), ...execution };
    const jobGraph = createJobGraph(streamGraph, { jobId: newJobId(), program });
    return executeLocally(jobGraph, bundled, configuration, onSubmitted);
  };
  return {
    mode: 'client',
    parallelism: configuration.get(clusterOptions.parallelism),
    configuration: configuration.toProperties(),
    execute: (streamGraph, onSubmitted) => recording.execute(streamGraph, runJob, onSubmitted),
    value: (name, compute) => recording.value(name, compute),
    mapLocation: (location) => location,
  };
}

/** @throws BUNDLE_… */
async function bundleThisProgram(configuration: Configuration): Promise<Artifact> {
  return bundleProgram(process.argv[1] ?? '', {
    apiExports: Object.keys((globalThis as unknown as Record<symbol, object>)[API_SYMBOL] ?? {}),
    ship: configuration.get(yarnOptions.shipFiles),
  });
}

/** The package's own `conf`, seen from the bundled `dist/bin` or, as compiled by tsc, from `dist/runtime/local`. */
function shippedConf(): string {
  const places = ['../../conf', '../../../conf'].map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return places.find((path) => existsSync(path)) ?? places[0];
}
