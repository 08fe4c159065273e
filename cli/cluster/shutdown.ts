/**
 * Ends everything that belongs to the cluster in a home, with or without its supervisor: applications first, while
 * there is somebody to tell them, then the roles, then whatever is left.
 */
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { WeftHome } from '../../runtime/common/home.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { isSameProcess, sendSignal } from '../../runtime/common/process/process-identity.js';
import { liveRoleRecord } from '../../runtime/common/process/role-record.js';
import { ResourceManagerClient } from '../client/resourcemanager-client.js';
import { containerProcesses, liveClusterProcesses, recordNames } from './cluster-processes.js';
import type { SupervisedProcess } from './supervisor-record.js';

export interface ShutdownOptions {
  readonly home: WeftHome;
  readonly clock: Clock;
  readonly log: Logger;
}

const POLL_MS = 20;
const APPLICATIONS_TIMEOUT_MS = 5000;
/** In the order of the stop: the supervisor stops the others itself; NodeManagers report what ended before the ResourceManager goes. */
const STOP_TIMEOUTS_MS = { supervisor: 30_000, nodemanager: 10_000, resourcemanager: 10_000 } as const;
const KILL_TIMEOUT_MS = 5000;

/** @throws CLUSTER_STOP_FAILED when something withstands SIGKILL */
export async function stopCluster(options: ShutdownOptions): Promise<void> {
  const { clock, home, log } = options;
  await killApplications(options).catch((error: unknown) => {
    log.warn({ err: error }, 'the applications could not be told; their processes are stopped all the same');
  });
  const roles = (): SupervisedProcess[] => liveClusterProcesses(home).filter(({ pid }) => pid !== process.pid);
  for (const [kind, timeoutMs] of Object.entries(STOP_TIMEOUTS_MS)) {
    const running = roles().filter(({ name }) => name.startsWith(kind));
    for (const { pid } of running) sendSignal(pid, 'SIGTERM');
    await gone(clock, () => running.some(isRunning), timeoutMs);
  }
  for (const { pid, name } of roles()) {
    log.warn({ pid, role: name }, 'a role did not end in time: killed');
    sendSignal(pid, 'SIGKILL');
  }
  for (const pid of containerProcesses(home)) sendSignal(pid, 'SIGKILL');
  const isClear = await gone(clock, () => roles().length > 0 || containerProcesses(home).length > 0, KILL_TIMEOUT_MS);
  if (!isClear) {
    const left = [...roles().map(({ pid }) => pid), ...containerProcesses(home)].join(', ');
    throw new WeftError('CLUSTER_STOP_FAILED', `These processes do not end: ${left}.`);
  }
  // No application is left that could have a next attempt.
  for (const folder of [dirname(home.clusterFile('any')), home.highAvailabilityDir]) {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killApplications({ clock, home }: ShutdownOptions): Promise<void> {
  const urls = recordNames(home)
    .filter((name) => name.startsWith('resourcemanager'))
    .flatMap((name) => liveRoleRecord(home, name)?.url ?? []);
  if (urls.length === 0) return;
  const client = new ResourceManagerClient(urls.join(','));
  try {
    const unfinished = () => client.list(['NEW', 'NEW_SAVING', 'SUBMITTED', 'ACCEPTED', 'RUNNING']);
    for (const { id } of await unfinished()) await client.kill(id);
    const deadlineMs = clock.monotonicMs() + APPLICATIONS_TIMEOUT_MS;
    while ((await unfinished()).length > 0 && clock.monotonicMs() < deadlineMs) await sleep(clock, POLL_MS);
  } finally {
    client.close();
  }
}

function isRunning({ pid, startTicks }: SupervisedProcess): boolean {
  return isSameProcess(pid, startTicks);
}

/** Waits until the condition does not hold any more. @returns whether that came in time */
async function gone(clock: Clock, holds: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  while (holds()) {
    if (clock.monotonicMs() > deadlineMs) return false;
    await sleep(clock, POLL_MS);
  }
  return true;
}
