/** What an AppMaster knows from its start: environment, configuration, and for per-job the JobGraph. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Type } from 'typebox';
import { configurationOf, type Configuration } from '../runtime/common/config/index.js';
import { CONTAINER_FILES, ENV, requiredEnv } from '../runtime/common/environment.js';
import { WeftError } from '../runtime/common/errors/index.js';
import { LocalResourceSchema, type LocalResource } from '../runtime/common/wire/protocols/index.js';
import { requireFit } from '../runtime/common/wire/validators.js';
import { JobGraphSchema, type JobGraph } from '../runtime/graph/job-graph.js';

export type ApplicationMode = 'session' | 'per-job';

export interface AppMasterSettings {
  mode: ApplicationMode;
  applicationId: string;
  attemptId: string;
  containerId: string;
  /** Name that other processes reach this node by. */
  host: string;
  resourceManagerUrl: string;
  attemptToken: string;
  /** Key (hex) of the application's own tokens. */
  applicationKey: string;
  configuration: Configuration;
  /** Folder of jobmanager.log and jobmanager.out. */
  logDir: string;
  /** Folder of the role bundles. */
  distDir: string;
  /** The container's working folder, which the JobManager shares. */
  workDir: string;
  /** What the client shipped for every container. */
  shippedFiles: LocalResource[];
  /** Only per-job. */
  jobGraph: JobGraph | undefined;
}

/** @throws CONFIG_BAD_FILE, AM_BAD_JOB_GRAPH */
export function readSettings(mode: ApplicationMode, workDir = process.cwd()): AppMasterSettings {
  return {
    mode,
    applicationId: requiredEnv(ENV.applicationId),
    attemptId: requiredEnv(ENV.attemptId),
    containerId: requiredEnv(ENV.containerId),
    host: process.env[ENV.nodeHost] ?? '127.0.0.1',
    resourceManagerUrl: requiredEnv(ENV.resourceManagerUrl),
    attemptToken: requiredEnv(ENV.attemptToken),
    applicationKey: requiredEnv(ENV.applicationKey),
    configuration: readConfiguration(join(workDir, CONTAINER_FILES.configuration)),
    logDir: process.env[ENV.logDir] ?? workDir,
    distDir: process.env[ENV.dist] ?? dirname(fileURLToPath(import.meta.url)),
    workDir,
    shippedFiles: readShippedFiles(process.env[ENV.shippedFiles]),
    jobGraph: mode === 'per-job' ? readJobGraph(join(workDir, CONTAINER_FILES.jobGraph)) : undefined,
  };
}

function readConfiguration(path: string): Configuration {
  let properties: Record<string, string>;
  try {
    properties = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  } catch (cause) {
    throw new WeftError('CONFIG_BAD_FILE', `${path} cannot be read.`, { cause, subject: path });
  }
  return configurationOf(properties);
}

function readShippedFiles(text = '[]'): LocalResource[] {
  const files: unknown = JSON.parse(text);
  requireFit(Type.Array(LocalResourceSchema), files, 'CONFIG_BAD_VALUE', ENV.shippedFiles);
  return files as LocalResource[];
}

function readJobGraph(path: string): JobGraph {
  let graph: unknown;
  try {
    graph = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new WeftError('AM_BAD_JOB_GRAPH', `${path} cannot be read.`, { cause, subject: path });
  }
  requireFit(JobGraphSchema, graph, 'AM_BAD_JOB_GRAPH', path);
  return graph as JobGraph;
}
