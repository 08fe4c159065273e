/** The records that running roles leave in `WEFT_HOME/cluster`, believed only as long as exactly their process runs. */
import { linkSync, renameSync } from 'node:fs';
import { readJson, removeFile, writeJsonAtomically, type RoleRecord, type WeftHome } from '../home.js';
import { isSameProcess, processStartTicks } from './process-identity.js';

/** Writes the record of this process. @param name of the file: `resourcemanager`, `nodemanager-0`, `supervisor` */
export function writeRoleRecord(home: WeftHome, name: string, record: Omit<RoleRecord, 'pid' | 'startTicks'>): void {
  writeJsonAtomically(home.clusterFile(name), describeSelf(record));
}

function describeSelf(record: Omit<RoleRecord, 'pid' | 'startTicks'>): RoleRecord {
  const startTicks = processStartTicks(process.pid);
  return { ...record, pid: process.pid, ...(startTicks === undefined ? {} : { startTicks }) };
}

/**
 * Takes the name for this process, before it has an address, if no live process has it. Of several that try at once exactly
 * one gets it.
 * @returns the record of the other process that has the name; undefined: it is ours now
 */
export function claimRole(
  home: WeftHome,
  name: string,
  record: Omit<RoleRecord, 'pid' | 'startTicks'>,
): RoleRecord | undefined {
  const file = home.clusterFile(name);
  const own = `${file}.${process.pid}.claim`;
  writeJsonAtomically(own, describeSelf(record));
  try {
    for (;;) {
      if (linked(own, file)) return undefined;
      const owner = liveRoleRecord(home, name);
      if (owner !== undefined) return owner.pid === process.pid ? undefined : owner;
      putAside(file);
    }
  } finally {
    removeFile(own);
  }
}

/** Creates `to` as another name of `from`, unless it exists. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes the record of a dead process; one that a living process has written meanwhile is put back. */
function putAside(file: string): void {
  const aside = `${file}.${process.pid}.dead`;
  try {
    renameSync(file, aside);
  } catch {
    return;
  }
  const record = readJson<RoleRecord>(aside);
  if (record !== undefined && isLive(record)) linked(aside, file);
  removeFile(aside);
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
