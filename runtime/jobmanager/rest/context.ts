/** What the routes work on. */
import type { FastifyRequest } from 'fastify';
import type { Logger } from '../../common/log/logger.js';
import type { JobVertex } from '../../graph/job-graph.js';
import type { JobManager } from '../job-manager.js';
import type { Execution } from '../job/execution.js';
import type { JobMaster } from '../job/job-master.js';
import { RestError, hexParam, indexParam } from './conventions.js';

export interface RestContext {
  readonly jobManager: JobManager;
  readonly log: Logger;
  /** `http://host:port` of this server, once it listens. */
  readonly url: () => string;
  /** Folder of the job pages, if there are any. */
  readonly webuiDir: string | undefined;
  /** The vector that starts the command `weft`, which runs uploaded programs; undefined when none shall be. */
  readonly weftCommand: readonly string[] | undefined;
  /** A token for who shall submit a job here; undefined where none is needed. */
  readonly clientToken: () => string | undefined;
  /** Folder for uploaded programs. */
  readonly uploadDir: string;
  /** A client asked for a job. */
  onClientAsked(): void;
  /** A client waits for what it has just begun. */
  onClientWaits(): void;
  /** A client has got the result of an ended job. */
  onResultFetched(): void;
  /** The cluster shall end. */
  onShutdown(): void;
}

/** The job of `:jobid`. @throws RestError 400, JOB_NOT_FOUND */
export function jobOf({ jobManager }: RestContext, request: FastifyRequest): JobMaster {
  return jobManager.dispatcher.get(hexParam(request, 'jobid'));
}

/** The vertex of `:vertexid` in the job. @throws RestError 400 or 404 */
export function vertexOf(job: JobMaster, request: FastifyRequest): JobVertex {
  const vertexId = hexParam(request, 'vertexid');
  const vertex = job.jobGraph.vertices.find(({ id }) => id === vertexId);
  if (vertex === undefined) throw new RestError(404, `JobVertex ${vertexId} not found`);
  return vertex;
}

/** The current execution of `:subtaskindex`. @throws RestError 400 or 404 */
export function subtaskOf(job: JobMaster, vertex: JobVertex, request: FastifyRequest): Execution {
  const index = indexParam(request, 'subtaskindex');
  const execution = job.executionsOf(vertex)[index];
  if (execution === undefined) throw new RestError(404, `Invalid subtask index for vertex ${vertex.id}: ${index}`);
  return execution;
}
