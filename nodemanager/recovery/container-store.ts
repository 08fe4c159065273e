/**
 * Keeps the containers' records on disk, one small file each, so that a NodeManager that was killed finds its containers
 * again. Beside each record lie the files that the container's wrapper writes: its pid and, at the end, its exit code.
 */
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, removeFile, writeJsonAtomically } from '../../runtime/common/home.js';
import type { ContainerRecord } from '../containers/container-record.js';

/** The liveness secrets are nobody else's business. */
const PRIVATE = 0o600;

export class ContainerStore {
  /** @param folder created if missing */
  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Returns after the record is on disk. */
  save(record: ContainerRecord): void {
    writeJsonAtomically(join(this.folder, `${record.containerId}.json`), record, PRIVATE);
  }

  /** All records, torn files left out. */
  loadAll(): ContainerRecord[] {
    const records: ContainerRecord[] = [];
    for (const name of readdirSync(this.folder)) {
      if (!name.endsWith('.json')) continue;
      const record = readJson<ContainerRecord>(join(this.folder, name));
      if (record !== undefined) records.push(record);
    }
    return records.sort((a, b) => a.createdMs - b.createdMs);
  }

  remove(containerId: string): void {
    for (const path of [this.pidFile(containerId), this.exitFile(containerId)]) removeFile(path);
    removeFile(join(this.folder, `${containerId}.json`));
  }

  /** Written by the wrapper as its first act. */
  pidFile(containerId: string): string {
    return join(this.folder, `${containerId}.pid`);
  }

  /** Written by the wrapper after the program ended. */
  exitFile(containerId: string): string {
    return join(this.folder, `${containerId}.exit`);
  }

  pidOf(containerId: string): number | undefined {
    return readNumber(this.pidFile(containerId));
  }

  exitCodeOf(containerId: string): number | undefined {
    return readNumber(this.exitFile(containerId));
  }
}

function readNumber(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}
