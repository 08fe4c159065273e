/**
 * Starts the process of a container, and takes over those that an earlier NodeManager started. A container is a process
 * group of its own that outlives this process, with its output going straight into its log files; a few lines of shell
 * around the program note its exit code, so that whoever asks later still learns it. The command's words are the
 * shell's arguments, never its text.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../runtime/common/clock.js';
import { ENV } from '../../runtime/common/environment.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { lastWords } from '../../runtime/common/log/last-words.js';
import { isSameProcess, processStartTicks, sendSignal } from '../../runtime/common/process/process-identity.js';
import type { LaunchContext } from '../../runtime/common/wire/protocols/shared.js';
import type { ControlGroups } from '../cgroups/control-groups.js';
import type { ContainerRecord } from '../containers/container-record.js';
import type { ProcessEnd } from '../containers/exit-reason.js';
import type { FolderPool } from '../health/folder-pool.js';
import type { ContainerProcesses } from '../monitor/container-processes.js';
import type { NodeFolders } from '../node-folders.js';
import type { ContainerStore } from '../recovery/container-store.js';
import { containerEnvironment, expand, type LaunchPlace } from './environment.js';
import { findProgram } from './program.js';

export interface LaunchedProcess {
  readonly leaderPid: number;
  readonly leaderStartTicks: number;
  /** Settles when the leader has ended. Never rejects. */
  readonly ended: Promise<ProcessEnd>;
}

/** What all containers of a node have in common. */
export type NodePlace = Pick<LaunchPlace, 'nodeManagerUrl' | 'nodeHost' | 'nodeBinary' | 'distDir' | 'home'>;

/**
 * The trap keeps the wrapper alive through a SIGTERM to the group until the program has ended; a trapped signal, unlike
 * an ignored one, has its usual effect on the program. It joins the container's control group before anything runs.
 */
const WRAPPER =
  '[ -z "$1" ] || { echo 0 >"$1"; } 2>/dev/null; ' +
  'trap : TERM INT HUP; echo $$ >"$2"; exit_file=$3; shift 3; "$@"; echo $? >"$exit_file"';

/** What is in a container is nobody else's business; on the way there others may pass, but not look around. */
const PRIVATE = 0o700;
const PASSABLE = 0o711;

/** How often a process that is not our child is looked at. */
const ADOPTED_POLL_MS = 50;

export interface LauncherOptions {
  readonly folders: NodeFolders;
  /** What new containers are spread over. */
  readonly pools: { readonly local: FolderPool; readonly logs: FolderPool };
  readonly store: ContainerStore;
  readonly place: NodePlace;
  readonly processes: ContainerProcesses;
  readonly groups: ControlGroups | undefined;
  readonly clock: Clock;
}

export class Launcher {
  constructor(private readonly options: LauncherOptions) {}

  /** Makes, for their user only, the empty working folder and the log folder. @throws CONTAINER_LAUNCH_FAILED */
  prepareFolders(record: ContainerRecord): { workingDir: string; logDir: string } {
    const { applicationId, containerId } = record;
    const { folders, pools } = this.options;
    const workingDir = makeInOne(
      pools.local,
      (local) => folders.workingDirIn(local, applicationId, containerId),
      (place) => {
        rmSync(place, { recursive: true, force: true });
        makePrivate(place);
        mkdirSync(join(place, 'tmp'), { mode: PRIVATE });
      },
    );
    const logDir = makeInOne(pools.logs, (logs) => folders.logDirIn(logs, applicationId, containerId), makePrivate);
    return { workingDir, logDir };
  }

  /** @throws CONTAINER_LAUNCH_FAILED */
  async launch(record: ContainerRecord, context: LaunchContext): Promise<LaunchedProcess> {
    const workingDir = this.options.folders.workingDir(record.applicationId, record.containerId);
    const logDir = this.options.folders.logDir(record.applicationId, record.containerId);
    const place: LaunchPlace = {
      ...this.options.place,
      containerId: record.containerId,
      livenessToken: record.livenessToken,
      workingDir,
      logDir,
      temporaryDir: join(workingDir, 'tmp'),
    };
    const environment = containerEnvironment(context, place, process.env);
    const [word = '', ...rest] = context.command.map((text) => expand(text, place));
    const program = findProgram(word, workingDir, environment['PATH']);
    const { containerId } = record;
    const group = this.options.groups?.create(containerId, record.resource) ?? '';
    const wrapperArguments = [
      group,
      this.options.store.pidFile(containerId),
      this.options.store.exitFile(containerId),
      program,
      ...rest,
    ];
    const output = ['stdout', 'stderr'].map((name) => openSync(join(logDir, name), 'a'));
    try {
      const child = spawn('/bin/sh', ['-c', WRAPPER, 'weft-container', ...wrapperArguments], {
        cwd: workingDir,
        env: environment,
        detached: true,
        stdio: ['ignore', ...output],
      });
      return await this.watchChild(child, containerId);
    } finally {
      output.forEach(closeSync);
    }
  }

  /** The process that an earlier NodeManager started, if it still runs. */
  adopt(record: ContainerRecord): LaunchedProcess | undefined {
    const { leaderPid, leaderStartTicks } = record;
    if (leaderPid !== undefined && leaderStartTicks !== undefined) {
      // After a reboot another process may have both.
      const isOurs = isSameProcess(leaderPid, leaderStartTicks) && runsContainer(leaderPid, record.containerId);
      return isOurs ? this.watchStranger(record.containerId, leaderPid, leaderStartTicks) : undefined;
    }
    // It died between the start and noting it: the wrapper's own note tells, and the environment proves it.
    const pid = this.options.store.pidOf(record.containerId);
    const ticks = pid === undefined ? undefined : processStartTicks(pid);
    if (pid === undefined || ticks === undefined || !runsContainer(pid, record.containerId)) return undefined;
    return this.watchStranger(record.containerId, pid, ticks);
  }

  /** How a process ended that nobody watched. */
  endOf(containerId: string): ProcessEnd {
    const exitCode = this.options.store.exitCodeOf(containerId);
    return exitCode === undefined ? {} : { exitCode };
  }

  /** Signals the whole process group of a container. */
  signal(leaderPid: number, signal: NodeJS.Signals): void {
    sendSignal(-leaderPid, signal);
  }

  /** Whether the kernel killed one of a container's processes for its memory; asked before `sweep`. */
  hasKernelKilled(containerId: string): boolean {
    return this.options.processes.hasKernelKilled(containerId);
  }

  /** Kills what is left of a container whose leader has ended. */
  sweep(record: ContainerRecord): void {
    this.options.processes.sweep(record);
  }

  /** Kills processes of this node's containers other than these. @returns how many there were */
  endStrays(alive: ReadonlySet<string>): number {
    const { folders, place, processes } = this.options;
    return processes.endStrays(alive, place.home, folders.logs);
  }

  /** The last lines on its stderr. */
  lastWords({ applicationId, containerId }: ContainerRecord): string[] {
    return lastWords([join(this.options.folders.logDir(applicationId, containerId), 'stderr')]);
  }

  async removeWorkingDir({ applicationId, containerId }: ContainerRecord): Promise<void> {
    const places = this.options.folders.workingDirs(applicationId, containerId);
    await Promise.all(places.map((place) => rm(place, { recursive: true, force: true })));
  }

  private async watchChild(child: ChildProcess, containerId: string): Promise<LaunchedProcess> {
    const ended = new Promise<ProcessEnd>((resolve) => {
      child.once('exit', (code, signal) => {
        const noted = this.endOf(containerId);
        if (noted.exitCode !== undefined) resolve(noted);
        else resolve(signal === null ? { exitCode: code ?? 0 } : { signal });
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', (cause) => {
        reject(
          new WeftError('CONTAINER_LAUNCH_FAILED', `The process could not be started: ${cause.message}`, { cause }),
        );
      });
    });
    child.unref();
    const leaderPid = child.pid ?? 0;
    return { leaderPid, leaderStartTicks: processStartTicks(leaderPid) ?? 0, ended };
  }

  private watchStranger(containerId: string, leaderPid: number, leaderStartTicks: number): LaunchedProcess {
    const ended = new Promise<ProcessEnd>((resolve) => {
      const stopPolling = this.options.clock.every(ADOPTED_POLL_MS, () => {
        if (isSameProcess(leaderPid, leaderStartTicks)) return;
        stopPolling();
        resolve(this.endOf(containerId));
      });
    });
    return { leaderPid, leaderStartTicks, ended };
  }
}

/** Makes a place in the first good folder that takes it. @throws CONTAINER_LAUNCH_FAILED */
function makeInOne(pool: FolderPool, placeIn: (folder: string) => string, make: (place: string) => void): string {
  let reason = pool.health.report;
  for (const place of pool.candidates().map(placeIn)) {
    try {
      make(place);
      return place;
    } catch (error) {
      reason = (error as Error).message;
      discard(place);
    }
  }
  throw new WeftError('CONTAINER_LAUNCH_FAILED', `No ${pool.kind} folder of the node can be used: ${reason}`);
}

/** Half a folder would later be found in place of the whole one on another disk. */
function discard(place: string): void {
  try {
    rmSync(place, { recursive: true, force: true });
  } catch {
    // Then nothing could be made there either.
  }
}

function makePrivate(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true, mode: PASSABLE });
  mkdirSync(folder, { recursive: true, mode: PRIVATE });
}

function runsContainer(pid: number, containerId: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    return environment.split('\0').includes(`${ENV.containerId}=${containerId}`);
  } catch {
    return false;
  }
}
