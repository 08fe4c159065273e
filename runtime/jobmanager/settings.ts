/** What a JobManager knows from its start: mode, environment, configuration, and for per-job its one job. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, isAbsolute } from 'node:path';
import { configurationOf, type Configuration } from '../common/config/index.js';
import { clusterOptions } from '../common/config/options/index.js';
import { CONTAINER_FILES, ENV, requiredEnv } from '../common/environment.js';
import { WeftError } from '../common/errors/index.js';
import { WeftHome } from '../common/home.js';
import { authenticationOf, type Authentication } from '../common/security/authentication.js';
import { requireFit } from '../common/wire/index.js';
import { JobGraphSchema, type JobGraph } from '../graph/job-graph.js';
import type { JobManager } from './job-manager.js';

export type Mode = 'session' | 'per-job' | 'standalone';

export interface JobManagerSettings {
  readonly mode: Mode;
  readonly applicationId: string;
  /** Key (hex) of the application's tokens. */
  readonly applicationKey: string;
  /** Empty in standalone mode. */
  readonly appMasterUrl: string;
  /** Name that other processes reach this one by. */
  readonly host: string;
  /** What clients must bring. */
  readonly authentication: Authentication;
  readonly config: Configuration;
  readonly workDir: string;
  /** Job graphs and blobs of this application. */
  readonly storageDir: string;
  /** Checkpoints for which no other folder is set. */
  readonly checkpointDirectory: string;
}

/** @throws CONFIG_BAD_VALUE for an unknown mode, CONFIG_BAD_FILE */
export function readSettings(modeName: string, workDir: string): JobManagerSettings {
  const mode = modeOf(modeName);
  const standalone = mode === 'standalone';
  const applicationId = standalone ? standaloneId() : requiredEnv(ENV.applicationId);
  const config = readConfiguration(workDir);
  const home = new WeftHome();
  return {
    mode,
    applicationId,
    applicationKey: requiredEnv(ENV.applicationKey),
    appMasterUrl: standalone ? '' : requiredEnv(ENV.appMasterUrl),
    host: process.env[ENV.nodeHost] ?? '127.0.0.1',
    authentication: authenticationOf(
      process.env[ENV.authentication] === 'token' ? 'token' : 'auto',
      config.get(clusterOptions.restBindAddress),
    ),
    config,
    workDir,
    storageDir: join(config.get(clusterOptions.highAvailabilityStorageDir) ?? home.highAvailabilityDir, applicationId),
    checkpointDirectory: home.checkpointsDir,
  };
}

function modeOf(name: string): Mode {
  if (name === 'session' || name === 'per-job' || name === 'standalone') return name;
  throw new WeftError('CONFIG_BAD_VALUE', `--mode takes session, per-job or standalone, not "${name}".`);
}

/** Fixed by the environment to survive a restart, else unique to this process. */
function standaloneId(): string {
  return process.env[ENV.applicationId] ?? `standalone_${randomBytes(6).toString('hex')}`;
}

/** From the AppMaster's environment, else from the container's file, else the defaults. */
function readConfiguration(workDir: string): Configuration {
  const handed = process.env[ENV.configuration];
  const path = join(workDir, CONTAINER_FILES.configuration);
  try {
    return configurationOf(JSON.parse(handed ?? readFileSync(path, 'utf8')) as Record<string, string>);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return configurationOf({});
    if (cause instanceof WeftError) throw cause;
    throw new WeftError('CONFIG_BAD_FILE', `${handed === undefined ? path : ENV.configuration} cannot be read.`, {
      cause,
    });
  }
}

/**
 * Takes the job that lies in the container's folder: its graph and its artifact. If it is known, nothing happens.
 * @throws JOB_GRAPH_INVALID, BLOB_CORRUPT when a file of the artifact was changed on the way
 */
export async function submitOwnJob(jobManager: JobManager, workDir: string): Promise<string> {
  const graph = readJobGraph(join(workDir, CONTAINER_FILES.jobGraph));
  const folder = join(workDir, CONTAINER_FILES.artifact);
  for (const { path, sha256 } of graph.program.files) {
    if (await jobManager.blobs.has(sha256)) continue;
    await jobManager.blobs.put(await readFile(inside(folder, path)), sha256);
  }
  return jobManager.submit(graph);
}

function readJobGraph(path: string): JobGraph {
  let graph: unknown;
  try {
    graph = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new WeftError('JOB_GRAPH_INVALID', `${path} cannot be read.`, { cause, subject: path });
  }
  requireFit(JobGraphSchema, graph, 'JOB_GRAPH_INVALID', path);
  return graph as JobGraph;
}

/** A path of an artifact must not lead out of it. */
function inside(folder: string, path: string): string {
  const full = join(folder, path);
  const inner = relative(folder, full);
  if (inner.startsWith('..') || isAbsolute(inner)) {
    throw new WeftError('JOB_GRAPH_INVALID', `The path "${path}" leads out of the artifact.`);
  }
  return full;
}
