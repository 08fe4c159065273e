/**
 * Puts an application on the cluster: checks its size, uploads the files that the cluster does not have, submits it, and
 * waits until its JobManager can be reached.
 */
import { clusterOptions, memoryOptions, yarnOptions, type Configuration } from '../../runtime/common/config/index.js';
import { fileOfContent, type ArtifactSource } from '../../runtime/bundle/artifact.js';
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { CONTAINER_FILES } from '../../runtime/common/environment.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { Resource } from '../../runtime/common/wire/protocols/index.js';
import type { JobGraph } from '../../runtime/graph/job-graph.js';
import { isOver, type ApplicationReport } from './application-report.js';
import { localResource, uploadMissing } from './files.js';
import type { ResourceManagerClient } from './resourcemanager-client.js';
import { appMasterResource, submissionOf, type ApplicationMode } from './submission.js';

const MB = 1024 * 1024;
const FIRST_POLL_MS = 20;
const LONGEST_POLL_MS = 250;
/** When a wait says for the first time what it waits for, and how long it is silent while nothing changes. */
const FIRST_NOTICE_MS = 3000;
const SAME_NOTICE_EVERY_MS = 30_000;
/** How long the ResourceManager may be away before the wait is given up. */
const MAX_AWAY_MS = 30_000;

export interface DeployRequest {
  mode: ApplicationMode;
  /** @default yarn.application.name, else by mode */
  name?: string;
  /** Shipped to the AppMaster; also says queue, type, tags, attempts, memory and cores (yarn.*, jobmanager.memory.*). */
  configuration: Configuration;
  /** Per-job only. */
  jobGraph?: JobGraph;
  /** Files of the job's artifact, per-job only: laid below `artifact/` in the AppMaster's container. */
  artifact?: readonly ArtifactSource[];
  /** Files for every container of the application, laid into its working folder (session only). */
  ship?: readonly ArtifactSource[];
}

export interface DeployContext {
  client: ResourceManagerClient;
  clock: Clock;
  /** Told to the user during a long wait: the state, and why there is no progress. */
  notify?: (message: string) => void;
}

export interface Deployment {
  readonly applicationId: string;
  /**
   * The address is empty when a per-job application has ended already, its job having been that short.
   * @throws CLIENT_APPLICATION_ENDED with the application's diagnostics
   */
  waitUntilRunning: () => Promise<{ jobManagerUrl: string }>;
}

/** @throws UNREACHABLE, CLIENT_MEMORY_OVER_MAXIMUM, and what the ResourceManager refuses */
export async function deployApplication(request: DeployRequest, context: DeployContext): Promise<Deployment> {
  const { client } = context;
  const { configuration, jobGraph, artifact = [], ship = [] } = request;
  const { applicationId, maximum } = await client.newApplication();
  requireRoom(configuration, maximum);
  const files: ArtifactSource[] = [
    fileOfContent(CONTAINER_FILES.configuration, Buffer.from(JSON.stringify(configuration.toProperties()))),
    ...(jobGraph === undefined ? [] : [fileOfContent(CONTAINER_FILES.jobGraph, Buffer.from(JSON.stringify(jobGraph)))]),
    ...artifact.map((file) => ({ ...file, path: `${CONTAINER_FILES.artifact}/${file.path}` })),
    ...ship,
  ];
  await uploadMissing(client, files);
  await client.submit(
    submissionOf({
      applicationId,
      mode: request.mode,
      ...(request.name === undefined ? {} : { name: request.name }),
      configuration,
      localResources: files.map(localResource),
      shipped: ship.map(localResource),
    }),
  );
  const mayHaveEnded = request.mode === 'per-job';
  return { applicationId, waitUntilRunning: () => waitUntilRunning(applicationId, context, mayHaveEnded) };
}

/**
 * Waits until the application has a JobManager that can be reached.
 * @param mayHaveEnded whether FINISHED is as good as RUNNING
 * @throws CLIENT_APPLICATION_ENDED
 */
export async function waitUntilRunning(
  applicationId: string,
  { client, clock, notify }: DeployContext,
  mayHaveEnded = false,
): Promise<{ jobManagerUrl: string }> {
  let pollMs = FIRST_POLL_MS;
  let notice = { text: '', againAtMs: clock.monotonicMs() + FIRST_NOTICE_MS };
  let awaySinceMs: number | undefined;
  for (;;) {
    const report = await reportIfReachable(applicationId, client);
    if (report instanceof WeftError) {
      awaySinceMs ??= clock.monotonicMs();
      if (clock.monotonicMs() - awaySinceMs > MAX_AWAY_MS) throw stillSubmitted(applicationId, report);
      await sleep(clock, LONGEST_POLL_MS);
      continue;
    }
    awaySinceMs = undefined;
    if (mayHaveEnded && report.state === 'FINISHED') return { jobManagerUrl: '' };
    if (isOver(report)) throw applicationEnded(report);
    const jobManagerUrl = report.trackingUrl ?? '';
    if (report.state === 'RUNNING' && jobManagerUrl !== '') return { jobManagerUrl };
    const text = waiting(report);
    if (clock.monotonicMs() >= notice.againAtMs || (notice.text !== '' && notice.text !== text)) {
      notify?.(text);
      notice = { text, againAtMs: clock.monotonicMs() + SAME_NOTICE_EVERY_MS };
    }
    await sleep(clock, pollMs);
    pollMs = Math.min(pollMs * 1.3, LONGEST_POLL_MS);
  }
}

/** A ResourceManager that is away is being started again, most likely, and knows the application when it is back. */
async function reportIfReachable(
  applicationId: string,
  client: ResourceManagerClient,
): Promise<ApplicationReport | WeftError> {
  try {
    return await client.report(applicationId);
  } catch (error) {
    if (error instanceof WeftError && error.code === 'UNREACHABLE') return error;
    throw error;
  }
}

function stillSubmitted(applicationId: string, { message, cause }: WeftError): WeftError {
  const hint = `${applicationId} was submitted and may run: see weft app -status ${applicationId} when it is back.`;
  return new WeftError('UNREACHABLE', message, { hint, cause });
}

function waiting({ id, state, diagnostics }: ApplicationReport): string {
  const reason = state === 'RUNNING' ? 'its JobManager is being started' : diagnostics.trim();
  return `${id} is ${state}${reason === '' ? '' : `: ${reason}`}`;
}

/** An application that is over, as an error with its own diagnostics. */
export function applicationEnded({ id, state, finalStatus, diagnostics }: ApplicationReport): WeftError {
  const how = state === 'FINISHED' ? `FINISHED (${finalStatus})` : state;
  const reason = diagnostics.trim() === '' ? 'It gave no diagnostics.' : diagnostics.trim();
  return new WeftError('CLIENT_APPLICATION_ENDED', `Application ${id} is ${how}. ${reason}`, {
    hint: `See what it wrote: weft logs ${id}`,
    subject: id,
  });
}

function requireRoom(configuration: Configuration, maximum: Resource): void {
  const { memory, vCores } = appMasterResource(configuration);
  const vcores = configuration.get(yarnOptions.containerVcores);
  requireFit('The JobManager', { memoryMb: memory, vcores: vCores }, maximum);
  requireFit(
    'A TaskManager',
    {
      memoryMb: Math.ceil(configuration.get(memoryOptions.taskManagerProcess) / MB),
      vcores: vcores === -1 ? configuration.get(clusterOptions.numberOfTaskSlots) : vcores,
    },
    maximum,
  );
}

function requireFit(who: string, wanted: Resource, maximum: Resource): void {
  if (wanted.memoryMb > maximum.memoryMb) {
    throw new WeftError(
      'CLIENT_MEMORY_OVER_MAXIMUM',
      `${who} asks for ${wanted.memoryMb} MB, but a container of this cluster has at most ${maximum.memoryMb} MB.`,
    );
  }
  if (wanted.vcores > maximum.vcores) {
    throw new WeftError(
      'CLIENT_MEMORY_OVER_MAXIMUM',
      `${who} asks for ${wanted.vcores} vcores, but a container of this cluster has at most ${maximum.vcores}.`,
    );
  }
}
