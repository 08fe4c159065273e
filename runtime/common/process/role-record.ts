/** The records that running roles leave in `WEFT_HOME/cluster`, believed only as long as exactly their process runs. */
import { readJson, removeFile, writeJsonAtomically, type RoleRecord, type WeftHome } from '../home.js';
import { isSameProcess, processStartTicks } from './process-identity.js';

/** Writes the record of this process. @param name of the file: `resourcemanager`, `nodemanager-0`, `supervisor` */
export function writeRoleRecord(home: WeftHome, name: string, record: Omit<RoleRecord, 'pid' | 'startTicks'>): void {
  const startTicks = processStartTicks(process.pid);
  writeJsonAtomically(home.clusterFile(name), {
    ...record,
    pid: process.pid,
    ...(startTicks === undefined ? {} : { startTicks }),
  });
}

/** The record of a role that runs now. */
export function liveRoleRecord(home: WeftHome, name: string): RoleRecord | undefined {
  const record = readJson<RoleRecord>(home.clusterFile(name));
  return record !== undefined && isLive(record) ? record : undefined;
}

export function isLive({ pid, startTicks }: RoleRecord): boolean {
  return startTicks === undefined ? processStartTicks(pid) !== undefined : isSameProcess(pid, startTicks);
}

/** Removes the record if it is this process's own. */
export function removeRoleRecord(home: WeftHome, name: string): void {
  if (readJson<RoleRecord>(home.clusterFile(name))?.pid === process.pid) removeFile(home.clusterFile(name));
}
