/**
 * A control group (cgroup v2) for each container, where the NodeManager may make one: no process of the container can
 * leave it, so all of them are found and killed together, and the kernel itself keeps what is out of bounds between two
 * looks of the memory monitor. Without the right to write there, or without cgroup v2, a node does without.
 */
import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Clock } from '../../runtime/common/clock.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import type { Resource } from '../../runtime/common/wire/protocols/shared.js';
import { AT_ONCE_FACTOR } from '../monitor/memory-curve.js';

export interface ControlGroupsOptions {
  /** Folder of this node's groups, below a mounted cgroup v2 file system. */
  readonly folder: string;
  /** Where cgroup v2 is mounted: controllers are handed down from there. */
  readonly mount: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const MB = 1024 * 1024;
const CONTROLLERS = ['memory', 'cpu'] as const;
type Controller = (typeof CONTROLLERS)[number];

/** Weight of one virtual core: what the kernel gives to a group by default. */
const WEIGHT_PER_VCORE = 100;
const MAX_WEIGHT = 10_000;
/** A group can be removed once the kernel has put its dead away. */
const REMOVE_RETRY_MS = 50;
const REMOVE_TRIES = 100;

export class ControlGroups {
  private constructor(
    private readonly options: ControlGroupsOptions,
    private readonly controllers: ReadonlySet<Controller>,
  ) {}

  /** @returns undefined where none can be made, which the log tells */
  static open(options: ControlGroupsOptions): ControlGroups | undefined {
    const { folder, mount, log } = options;
    try {
      mkdirSync(folder, { recursive: true });
      const levels: string[] = [];
      for (let level = folder; level.length >= mount.length; level = dirname(level)) levels.unshift(level);
      for (const level of levels) handDown(level);
      const present = words(join(folder, 'cgroup.subtree_control'));
      const controllers = new Set(CONTROLLERS.filter((name) => present.includes(name)));
      log.info({ folder, controllers: [...controllers].join(' ') }, 'containers get control groups');
      return new ControlGroups(options, controllers);
    } catch (error) {
      log.info({ reason: (error as Error).message }, 'containers get no control groups');
      return undefined;
    }
  }

  /** Makes the container's group. @returns the file that a process writes 0 to in order to join, undefined if it failed */
  create(containerId: string, resource: Resource): string | undefined {
    const group = this.groupOf(containerId);
    try {
      mkdirSync(group, { recursive: true });
      for (const [file, text] of limitsOf(resource, this.controllers)) writeFileSync(join(group, file), text);
      // Swap may be off, and its file missing.
      if (this.controllers.has('memory')) tryWrite(join(group, 'memory.swap.max'), '0');
      return join(group, 'cgroup.procs');
    } catch (error) {
      this.options.log.warn({ err: error, containerId }, 'a container gets no control group');
      return undefined;
    }
  }

  /** Processes in the container's group; undefined if it has none. */
  processes(containerId: string): number[] | undefined {
    const pids = readText(join(this.groupOf(containerId), 'cgroup.procs'));
    return pids === undefined ? undefined : numbers(pids);
  }

  /** Whether the kernel killed a process of the container for its memory. */
  hasKernelKilled(containerId: string): boolean {
    const events = readText(join(this.groupOf(containerId), 'memory.events')) ?? '';
    return Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0) > 0;
  }

  /** Kills whatever is left in the container's group, and removes it. */
  end(containerId: string): void {
    const group = this.groupOf(containerId);
    tryWrite(join(group, 'cgroup.kill'), '1');
    this.remove(group, REMOVE_TRIES);
  }

  /** Ends groups that an earlier NodeManager of this node left, but for those of these containers. */
  endAllBut(containerIds: ReadonlySet<string>): void {
    const left = readdirSync(this.options.folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !containerIds.has(entry.name))
      .map(({ name }) => name);
    for (const name of left) this.end(name);
  }

  /** Removes the node's own folder, if nothing is in it. */
  close(): void {
    this.remove(this.options.folder, REMOVE_TRIES);
  }

  private remove(group: string, tries: number): void {
    try {
      rmdirSync(group);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      if (tries === 0) this.options.log.warn({ err: error, group }, 'a control group could not be removed');
      else this.options.clock.after(REMOVE_RETRY_MS, () => this.remove(group, tries - 1));
    }
  }

  private groupOf(containerId: string): string {
    return join(this.options.folder, containerId);
  }
}

/** What is written into which file of a container's group. Pure. */
export function limitsOf({ memoryMb, vcores }: Resource, controllers: ReadonlySet<Controller>): [string, string][] {
  const limits: [string, string][] = [];
  if (controllers.has('memory')) {
    // Up to here the memory monitor decides, which forgives a short peak.
    limits.push(['memory.max', String(Math.floor(memoryMb * AT_ONCE_FACTOR) * MB)], ['memory.oom.group', '1']);
  }
  const weight = Math.min(MAX_WEIGHT, Math.max(1, vcores) * WEIGHT_PER_VCORE);
  if (controllers.has('cpu')) limits.push(['cpu.weight', String(weight)]);
  return limits;
}

/** Where cgroup v2 is mounted, if it is. @param mountInfo content of `/proc/self/mountinfo` */
export function cgroupMount(mountInfo: string): string | undefined {
  // 35 24 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw
  return /^\d+ \d+ \S+ \/ (\S+) .* - cgroup2 /m.exec(mountInfo)?.[1];
}

/** Controllers that a level has are given to the groups below it; one that cannot be is done without. */
function handDown(level: string): void {
  const available = words(join(level, 'cgroup.controllers'));
  for (const name of CONTROLLERS) {
    if (available.includes(name)) tryWrite(join(level, 'cgroup.subtree_control'), `+${name}`);
  }
}

function tryWrite(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch {
    // An older kernel, or not ours to say.
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function words(path: string): string[] {
  return (readText(path) ?? '').split(/\s+/).filter((word) => word !== '');
}

function numbers(text: string): number[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(Number);
}
