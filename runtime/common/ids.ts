/**
 * The ids that cross process borders, with YARN's and Flink's forms:
 * `application_<clusterTimestamp>_<4 digits>`, `appattempt_<ts>_<app>_<6 digits>`,
 * `container_<ts>_<app>_<attempt, 2 digits>_<6 digits>` (`container_e<epoch>_…` after a ResourceManager restart),
 * and 32 lower-case hex digits for jobs, vertices, operators and executions.
 */
import { randomBytes } from 'node:crypto';
import { WeftError } from './errors/weft-error.js';

declare const brand: unique symbol;
type Branded<B extends string> = string & { readonly [brand]: B };

export type ApplicationId = Branded<'ApplicationId'>;
export type ApplicationAttemptId = Branded<'ApplicationAttemptId'>;
export type ContainerId = Branded<'ContainerId'>;
/** `host:port` of a NodeManager. */
export type NodeId = Branded<'NodeId'>;
export type JobId = Branded<'JobId'>;
export type JobVertexId = Branded<'JobVertexId'>;
/** One attempt of one subtask. */
export type ExecutionId = Branded<'ExecutionId'>;
/** A TaskManager: its container id on a cluster, any unique name elsewhere. */
export type ResourceId = Branded<'ResourceId'>;

const APPLICATION = /^application_(\d+)_(\d{4,})$/;
const ATTEMPT = /^appattempt_(\d+)_(\d{4,})_(\d{6,})$/;
const CONTAINER = /^container_(?:e(\d+)_)?(\d+)_(\d{4,})_(\d{2,})_(\d{6,})$/;
const HEX_32 = /^[0-9a-f]{32}$/;

export function applicationId(clusterTimestampMs: number, sequence: number): ApplicationId {
  return `application_${clusterTimestampMs}_${pad(sequence, 4)}` as ApplicationId;
}

export function applicationAttemptId(application: ApplicationId, attempt: number): ApplicationAttemptId {
  return `appattempt_${application.slice('application_'.length)}_${pad(attempt, 6)}` as ApplicationAttemptId;
}

/** `epoch` counts the ResourceManager's restarts; 0 is left out of the text, as YARN does. */
export function containerId(attempt: ApplicationAttemptId, sequence: number, epoch = 0): ContainerId {
  const { clusterTimestamp, application, attemptNumber } = attemptParts(attempt);
  const prefix = epoch === 0 ? 'container_' : `container_e${pad(epoch, 2)}_`;
  return `${prefix}${clusterTimestamp}_${application}_${pad(attemptNumber, 2)}_${pad(sequence, 6)}` as ContainerId;
}

export function nodeId(host: string, port: number): NodeId {
  return `${host}:${port}` as NodeId;
}

export function applicationOfAttempt(attempt: ApplicationAttemptId): ApplicationId {
  const { clusterTimestamp, application } = attemptParts(attempt);
  return `application_${clusterTimestamp}_${application}` as ApplicationId;
}

export function attemptOfContainer(container: ContainerId): ApplicationAttemptId {
  const match = CONTAINER.exec(container);
  if (match === null) throw badId('container id', container);
  return `appattempt_${match[2]}_${match[3]}_${pad(Number(match[4]), 6)}` as ApplicationAttemptId;
}

export function applicationOfContainer(container: ContainerId): ApplicationId {
  return applicationOfAttempt(attemptOfContainer(container));
}

export function attemptNumber(attempt: ApplicationAttemptId): number {
  return attemptParts(attempt).attemptNumber;
}

export function newJobId(): JobId {
  return randomBytes(16).toString('hex') as JobId;
}

export function newExecutionId(): ExecutionId {
  return randomBytes(16).toString('hex') as ExecutionId;
}

export function parseApplicationId(text: string): ApplicationId {
  if (!APPLICATION.test(text)) throw badId('application id', text, 'application_1700000000000_0001');
  return text as ApplicationId;
}

export function parseApplicationAttemptId(text: string): ApplicationAttemptId {
  if (!ATTEMPT.test(text)) throw badId('application attempt id', text, 'appattempt_1700000000000_0001_000001');
  return text as ApplicationAttemptId;
}

export function parseContainerId(text: string): ContainerId {
  if (!CONTAINER.test(text)) throw badId('container id', text, 'container_1700000000000_0001_01_000001');
  return text as ContainerId;
}

export function parseNodeId(text: string): NodeId {
  if (!/^[^\s:/]+:\d+$/.test(text)) throw badId('node id', text, 'localhost:45454');
  return text as NodeId;
}

/** Accepts upper case too, as Flink does. */
export function parseJobId(text: string): JobId {
  const lower = text.toLowerCase();
  if (!HEX_32.test(lower)) {
    throw new WeftError(
      'BAD_ID',
      `Cannot parse JobID from "${text}". The expected format is [0-9a-fA-F]{32}, e.g. fd72014d4c864993a2e5a9287b4a9c5d.`,
    );
  }
  return lower as JobId;
}

function attemptParts(attempt: ApplicationAttemptId): {
  clusterTimestamp: string;
  application: string;
  attemptNumber: number;
} {
  const match = ATTEMPT.exec(attempt);
  if (match === null) throw badId('application attempt id', attempt);
  return { clusterTimestamp: match[1] ?? '', application: match[2] ?? '', attemptNumber: Number(match[3]) };
}

function badId(kind: string, text: string, example?: string): WeftError {
  const form = example === undefined ? '' : ` It looks like ${example}.`;
  return new WeftError('BAD_ID', `"${text}" is not a valid ${kind}.${form}`);
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
