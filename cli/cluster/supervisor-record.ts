/** What the supervisor notes about itself and its roles, so that a later command can end them without it. */
import { readJson, writeJsonAtomically, type RoleRecord, type WeftHome } from '../../runtime/common/home.js';
import { processStartTicks } from '../../runtime/common/process/process-identity.js';

export interface SupervisedProcess {
  name: string;
  pid: number;
  startTicks: number;
}

export interface SupervisorRecord extends RoleRecord {
  /** Absent until every role runs and every NodeManager is registered. */
  readyMs?: number;
  roles: SupervisedProcess[];
}

const NAME = 'supervisor';

export function readSupervisorRecord(home: WeftHome): SupervisorRecord | undefined {
  return readJson<SupervisorRecord>(home.clusterFile(NAME));
}

/** Writes the record of this process. */
export function writeSupervisorRecord(
  home: WeftHome,
  startedMs: number,
  roles: readonly SupervisedProcess[],
  readyMs?: number,
): void {
  const startTicks = processStartTicks(process.pid);
  writeJsonAtomically(home.clusterFile(NAME), {
    role: NAME,
    pid: process.pid,
    ...(startTicks === undefined ? {} : { startTicks }),
    url: '',
    startedMs,
    ...(readyMs === undefined ? {} : { readyMs }),
    roles: [...roles],
  } satisfies SupervisorRecord);
}
