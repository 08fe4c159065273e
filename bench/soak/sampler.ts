/** Reads what the processes of a cluster hold: memory, handles, threads; and the files below its home folder. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { ClusterProcess, WeftCluster } from '../weft/cluster.js';
import type { SeriesSet } from './series.js';

const ROLES = /(resourcemanager|nodemanager|appmaster|taskmanager)\.mjs/;
const SUPERVISOR = / up --nodes /;

export class Sampler {
  /** Those that are to stay, by pid. */
  private readonly roles = new Map<number, string>();
  /** All that were there at the beginning, shells between them too. */
  private readonly lasting = new Set<number>();

  constructor(
    private readonly cluster: WeftCluster,
    private readonly series: SeriesSet,
    private readonly sinceMs: number,
  ) {}

  /** From now on these processes are watched one by one. */
  watch(): void {
    const counts = new Map<string, number>();
    for (const { pid, command } of this.cluster.processes()) {
      this.lasting.add(pid);
      const role = roleOf(command);
      if (role === undefined) continue;
      const number = (counts.get(role) ?? 0) + 1;
      counts.set(role, number);
      this.roles.set(pid, number === 1 ? role : `${role} ${number}`);
    }
  }

  /** @throws when a process that was to stay is gone */
  sample(): void {
    const processes = new Map(this.cluster.processes().map((each) => [each.pid, each]));
    for (const [pid, role] of this.roles) {
      const found = processes.get(pid);
      if (found === undefined) throw new Error(`The ${role} (pid ${pid}) is gone.`);
      this.sampleProcess(role, found);
    }
  }

  /** Nothing but the steady job runs: whatever else there is, was left behind. */
  sampleRest(): void {
    const rest = this.cluster.processes().filter(({ pid }) => !this.lasting.has(pid));
    this.add('processes left behind', 'processes', rest.length);
    const { files, bytes } = contentOf(this.cluster.home);
    this.add('files of the home folder', 'files', files);
    this.add('size of the home folder', 'MB', bytes / 2 ** 20);
  }

  private sampleProcess(role: string, { pid, residentMb }: ClusterProcess): void {
    try {
      const handles = readdirSync(`/proc/${pid}/fd`).length;
      const threads = readdirSync(`/proc/${pid}/task`).length;
      this.add(`${role}: memory`, 'MB', residentMb);
      this.add(`${role}: handles`, 'handles', handles);
      this.add(`${role}: threads`, 'threads', threads);
    } catch {
      // It ended between two looks: the next sample says so.
    }
  }

  private add(...[name, unit, value]: [string, Parameters<SeriesSet['add']>[1], number]): void {
    this.series.add(name, unit, (Date.now() - this.sinceMs) / 1000, value);
  }
}

function roleOf(command: string): string | undefined {
  if (command.startsWith('/bin/sh')) return undefined;
  return ROLES.exec(command)?.[1] ?? (SUPERVISOR.test(command) ? 'supervisor' : undefined);
}

function contentOf(folder: string): { files: number; bytes: number } {
  let [files, bytes] = [0, 0];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const found = statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false });
    if (found === undefined) continue;
    files++;
    bytes += found.size;
  }
  return { files, bytes };
}

/** What the steady job wrote down, see `bench/jobs/steady.ts`. */
export function readLatencies(file: string, series: SeriesSet, sinceMs: number): void {
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const [atMs = 0, median = 0, p99 = 0] = line.split(' ').map(Number);
    const timeS = (atMs - sinceMs) / 1000;
    if (timeS < 0) continue;
    series.add('latency: median', 'ms', timeS, median);
    series.add('latency: p99', 'ms', timeS, p99);
  }
}
