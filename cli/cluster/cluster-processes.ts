/** All processes that belong to the cluster in a home, found by the records they left and by their environment. */
import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { ENV } from '../../runtime/common/environment.js';
import { readJson, type RoleRecord, type WeftHome } from '../../runtime/common/home.js';
import { findProcessesByEnvironment } from '../../runtime/common/process/process-environment.js';
import { isSameProcess, processStartTicks } from '../../runtime/common/process/process-identity.js';
import { isLive } from '../../runtime/common/process/role-record.js';
import { readSupervisorRecord, type SupervisedProcess } from './supervisor-record.js';

/** Running roles, the supervisor among them. */
export function liveClusterProcesses(home: WeftHome): SupervisedProcess[] {
  const found = new Map<number, SupervisedProcess>();
  for (const name of recordNames(home)) {
    const record = readJson<RoleRecord>(home.clusterFile(name));
    if (record === undefined || !isLive(record)) continue;
    const startTicks = record.startTicks ?? processStartTicks(record.pid) ?? 0;
    found.set(record.pid, { name, pid: record.pid, startTicks });
  }
  // Roles that were killed before they wrote a record of their own.
  for (const role of readSupervisorRecord(home)?.roles ?? []) {
    if (isSameProcess(role.pid, role.startTicks)) found.set(role.pid, role);
  }
  return [...found.values()];
}

/** Processes in containers of this cluster, whoever started them. */
export function containerProcesses(home: WeftHome): number[] {
  return findProcessesByEnvironment({ [ENV.home]: home.path }, [ENV.containerId]);
}

export function recordNames(home: WeftHome): string[] {
  try {
    const names = readdirSync(dirname(home.clusterFile('any')));
    return names.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  } catch {
    return [];
  }
}
