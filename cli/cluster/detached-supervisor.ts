/** `weft up -d`: leaves a supervisor behind and waits until the cluster is up. */
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { CONTROL_PLANE_FLAGS } from '../../runtime/common/process/node-flags.js';
import { processStartTicks } from '../../runtime/common/process/process-identity.js';
import { resourceManagerAddress } from '../client/resourcemanager-address.js';
import { fetchClusterView, type ClusterView } from './cluster-view.js';
import { lastWordsIn } from './last-words-in.js';
import { readFailure, removeFailure } from './start-failure.js';
import { readSupervisorRecord } from './supervisor-record.js';

const POLL_MS = 15;
const TIMEOUT_MS = 60_000;

/** Runs this very command again, in a session of its own. @throws what kept the cluster from coming up */
export async function startDetached(home: WeftHome, clock: Clock): Promise<ClusterView> {
  removeFailure(home);
  const logFile = join(home.logsDir, 'supervisor.log');
  const pid = spawnSupervisor(home, logFile);
  const deadlineMs = clock.monotonicMs() + TIMEOUT_MS;
  while (clock.monotonicMs() < deadlineMs) {
    const record = readSupervisorRecord(home);
    if (record?.pid === pid && record.readyMs !== undefined) {
      return fetchClusterView(await resourceManagerAddress(home, undefined));
    }
    // Looked at in this order, because the failure is written before the process ends.
    const isGone = processStartTicks(pid) === undefined;
    const failure = readFailure(home);
    removeFailure(home);
    if (failure !== undefined) throw failure;
    if (isGone) throw startFailed('The supervisor ended.', logFile);
    await sleep(clock, POLL_MS);
  }
  throw startFailed(`The cluster is not up after ${TIMEOUT_MS / 1000} s.`, logFile);
}

function startFailed(what: string, logFile: string): WeftError {
  return new WeftError('CLUSTER_START_FAILED', `${what} The last words in ${logFile}:\n${lastWordsIn(logFile)}`);
}

function spawnSupervisor(home: WeftHome, logFile: string): number {
  mkdirSync(home.logsDir, { recursive: true });
  const log = openSync(logFile, 'a');
  try {
    const child = spawn(process.execPath, [...CONTROL_PLANE_FLAGS, ...process.argv.slice(1), '--supervise'], {
      cwd: home.path,
      detached: true,
      env: { ...process.env, WEFT_HOME: home.path },
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child.pid ?? 0;
  } finally {
    closeSync(log);
  }
}
