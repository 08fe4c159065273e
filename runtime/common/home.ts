/**
 * Where a cluster keeps everything: one folder, `WEFT_HOME` (default `~/.weft`), so that two clusters on one machine
 * never meet. Other code asks here for paths and builds none by itself.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export class WeftHome {
  readonly path: string;

  constructor(path = process.env['WEFT_HOME'] ?? join(homedir(), '.weft')) {
    this.path = resolve(path);
  }

  /** Configuration folder: `WEFT_CONF_DIR`, else `conf` in the home if there is one, else the defaults shipped with Weft. */
  confDir(shippedConf: string): string {
    const named = process.env['WEFT_CONF_DIR'];
    if (named !== undefined && named !== '') return resolve(named);
    const own = join(this.path, 'conf');
    return existsSync(own) ? own : shippedConf;
  }

  /** Addresses and process ids of what runs: `resourcemanager.json`, `nodemanager-<n>.json`, `supervisor.json`. */
  clusterFile(name: string): string {
    return join(this.path, 'cluster', `${name}.json`);
  }

  /** The secret with which NodeManagers and commands prove that they belong to this cluster; mode 0600. */
  get clusterKeyFile(): string {
    return join(this.path, 'security', 'cluster.key');
  }

  get resourceManagerDir(): string {
    return join(this.path, 'resourcemanager');
  }

  nodeManagerDir(index: number): string {
    return join(this.path, `nodemanager-${index}`);
  }

  /** Logs of ended applications, if they are gathered and no other folder is named. */
  get logArchiveDir(): string {
    return join(this.path, 'log-archive');
  }

  get logsDir(): string {
    return join(this.path, 'logs');
  }

  /** Job graphs of running jobs, by application, unless `high-availability.storageDir` says otherwise. */
  get highAvailabilityDir(): string {
    return join(this.path, 'ha');
  }

  /** Checkpoints of jobs, unless `execution.checkpointing.dir` says otherwise. */
  get checkpointsDir(): string {
    return join(this.path, 'checkpoints');
  }
}

/** What a running role leaves in the home for others to find it by. */
export interface RoleRecord {
  role: string;
  pid: number;
  /** Start time of the process in clock ticks: tells it from a later one with the same number. */
  startTicks?: number;
  /** `http://host:port` of its server. */
  url: string;
  startedMs: number;
  nodeId?: string;
}

/** Writes a JSON file whole or not at all. */
export function writeJsonAtomically(path: string, value: unknown, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, JSON.stringify(value, null, 2), { mode });
  renameSync(temporary, path);
}

/** The value in a JSON file, or undefined if it is missing or torn. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

export function removeFile(path: string): void {
  rmSync(path, { force: true });
}
