/**
 * All containers of a node: starts them, stops them, hears of their ends, and takes them over after a restart. Every
 * change that matters is on disk before anybody is told of it.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError, asWeftError } from '../../runtime/common/errors/index.js';
import { applicationOfContainer, parseContainerId } from '../../runtime/common/ids.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { transition } from '../../runtime/common/state-machine.js';
import {
  EXIT_STATUS,
  type EndedBy,
  type ExitReason,
  type MemoryParts,
  type MemoryReport,
} from '../../runtime/common/wire/protocols/exit-reason.js';
import type { ContainerStatus, LaunchContext, Resource } from '../../runtime/common/wire/protocols/shared.js';
import type { LaunchedProcess, Launcher } from '../launcher/launcher.js';
import type { Localizer } from '../localizer/localizer.js';
import type { MemoryMonitor } from '../monitor/memory-monitor.js';
import type { ContainerStore } from '../recovery/container-store.js';
import { statusOf, type ContainerRecord } from './container-record.js';
import { CONTAINER_TRANSITIONS, type ContainerEvent } from './container-states.js';
import { exitReasonOf, launchFailure, memoryExceeded, stoppedBy, withPlan, type ProcessEnd } from './exit-reason.js';

export interface ContainerSpec {
  readonly containerId: string;
  readonly user: string;
  readonly resource: Resource;
  readonly context: LaunchContext;
}

export interface ContainerManagerOptions {
  readonly store: Pick<ContainerStore, 'save' | 'loadAll' | 'remove'>;
  readonly localizer: Pick<Localizer, 'localize'>;
  readonly launcher: Pick<Launcher, keyof Launcher>;
  readonly monitor: Pick<MemoryMonitor, 'watch' | 'forget' | 'residentMb' | 'programPid' | 'report'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Time between SIGTERM and SIGKILL. */
  readonly sigkillDelayMs: number;
  /** How long the working folder of an ended container stays, for a look at it. */
  readonly deleteDelayMs: number;
}

interface Live {
  readonly record: ContainerRecord;
  /** Settles when the container has been started, or could not be. */
  starting: Promise<void> | undefined;
  /** Between the decision to start the process and its being known: a stop has to wait for that moment. */
  launching: boolean;
  cancelKill: (() => void) | undefined;
}

export class ContainerManager {
  private readonly containers = new Map<string, Live>();
  private readonly changeListeners = new Set<(record: ContainerRecord) => void>();
  private released = false;
  private readonly stopListeners: ((record: ContainerRecord, reason: string) => void)[] = [];

  constructor(private readonly options: ContainerManagerOptions) {}

  /** A container changed its state; it is on disk already. The returned function ends the calls. */
  onChange(listener: (record: ContainerRecord) => void): () => void {
    this.changeListeners.add(listener);
    return () => this.changeListeners.delete(listener);
  }

  /** A running container is about to get SIGTERM. */
  onStopping(listener: (record: ContainerRecord, reason: string) => void): void {
    this.stopListeners.push(listener);
  }

  get(containerId: string): ContainerRecord | undefined {
    return this.containers.get(containerId)?.record;
  }

  list(): ContainerRecord[] {
    return [...this.containers.values()].map(({ record }) => record);
  }

  status(record: ContainerRecord): ContainerStatus {
    const { monitor } = this.options;
    const pid = monitor.programPid(record.containerId);
    const residentMb = monitor.residentMb(record.containerId);
    return statusOf(record, {
      ...(pid === undefined ? {} : { pid }),
      ...(residentMb === undefined ? {} : { residentMb }),
    });
  }

  /**
   * Resolves when the container's process runs; a repeated request is answered alike.
   * @throws CONTAINER_ENDED, and whatever kept it from starting
   */
  async start(spec: ContainerSpec): Promise<void> {
    const known = this.containers.get(spec.containerId);
    if (known?.starting !== undefined) return known.starting;
    if (known?.record.state === 'RUNNING') return;
    if (known !== undefined) {
      const why = known.record.exit?.diagnostics ?? '';
      throw new WeftError('CONTAINER_ENDED', `${spec.containerId} has ended already. ${why}`.trim());
    }
    const containerId = parseContainerId(spec.containerId);
    const record: ContainerRecord = {
      containerId,
      applicationId: applicationOfContainer(containerId),
      user: spec.user,
      resource: spec.resource,
      livenessToken: randomBytes(32).toString('hex'),
      createdMs: this.options.clock.nowMs(),
      state: 'NEW',
    };
    const live: Live = { record, starting: undefined, launching: false, cancelKill: undefined };
    this.containers.set(containerId, live);
    live.starting = this.bringUp(live, spec.context).finally(() => {
      live.starting = undefined;
    });
    return live.starting;
  }

  /** Ends a container: SIGTERM to its process group, SIGKILL after the grace time. Unknown and ended ones are no error. */
  stop(containerId: string, exit: ExitReason): void {
    const live = this.containers.get(containerId);
    if (live === undefined || live.record.state === 'COMPLETE' || live.record.stopRequest !== undefined) return;
    live.record.stopRequest = exit;
    const { kind, by, diagnostics } = exit;
    this.options.log.info({ containerId, kind, by, reason: diagnostics }, 'stopping container');
    if (live.record.state === 'RUNNING') {
      this.options.store.save(live.record);
      this.signalStop(live, diagnostics);
    } else if (!live.launching) {
      this.complete(live, 'stopped', exit);
    }
  }

  /** It uses more memory than it was given. */
  stopForMemory(containerId: string): void {
    const record = this.get(containerId);
    if (record !== undefined) this.stop(containerId, memoryExceeded(this.memoryOf(record), 'nodemanager'));
  }

  /** Stops all, for a reason of this node's own, and resolves when they have ended. */
  async stopAll(reason: string): Promise<void> {
    const ends = this.list()
      .filter((record) => record.state !== 'COMPLETE')
      .map((record) => this.ended(record.containerId));
    for (const { containerId } of this.list()) {
      this.stop(containerId, stoppedBy('nodemanager', EXIT_STATUS.aborted, reason));
    }
    await Promise.all(ends);
  }

  /** Signals the processes of a running container; how it ends then is its own affair. */
  signal(containerId: string, signal: NodeJS.Signals, by: EndedBy): void {
    const record = this.get(containerId);
    if (record?.state !== 'RUNNING' || record.leaderPid === undefined) return;
    record.signalledBy = by;
    this.options.store.save(record);
    this.options.log.info({ containerId, signal, by }, 'signal to container');
    this.options.launcher.signal(record.leaderPid, signal);
  }

  /** What the program of a container plans its memory for. */
  noteMemoryPlan(containerId: string, plan: MemoryParts): void {
    const record = this.get(containerId);
    if (record === undefined || record.state === 'COMPLETE') return;
    record.memoryPlan = plan;
    this.options.store.save(record);
  }

  /** Takes over what an earlier NodeManager of this node started, and learns how the rest ended. */
  recover(): void {
    for (const record of this.options.store.loadAll()) {
      const live: Live = { record, starting: undefined, launching: false, cancelKill: undefined };
      this.containers.set(record.containerId, live);
      if (record.state === 'COMPLETE') {
        this.removeWorkingDirLater(record);
        continue;
      }
      const process = this.options.launcher.adopt(record);
      if (process !== undefined) {
        this.options.log.info({ containerId: record.containerId, pid: process.leaderPid }, 'container taken over');
        this.running(live, process);
        if (record.stopRequest !== undefined) this.signalStop(live, record.stopRequest.diagnostics);
      } else {
        this.lostMeanwhile(live);
      }
    }
    const alive = this.list().filter(({ state }) => state !== 'COMPLETE');
    const killed = this.options.launcher.endStrays(new Set(alive.map(({ containerId }) => containerId)));
    if (killed > 0) this.options.log.warn({ killed }, 'processes of containers that have ended were left, and killed');
  }

  /** Watches nothing any more and leaves what runs to the next one that recovers. */
  release(): void {
    this.released = true;
  }

  /** The ResourceManager knows of its end. */
  markReported(containerId: string): void {
    const record = this.get(containerId);
    if (record === undefined || record.state !== 'COMPLETE' || record.endReported === true) return;
    record.endReported = true;
    this.options.store.save(record);
  }

  /** Drops a container that ended; its logs stay. */
  forget(containerId: string): void {
    if (this.get(containerId)?.state !== 'COMPLETE') return;
    this.containers.delete(containerId);
    this.options.store.remove(containerId);
  }

  /** Resolves when the container has ended; at once if it has, or is unknown. */
  private ended(containerId: string): Promise<void> {
    return new Promise((resolve) => {
      const record = this.get(containerId);
      if (record === undefined || record.state === 'COMPLETE') {
        resolve();
        return;
      }
      const forget = this.onChange((changed) => {
        if (changed !== record || record.state !== 'COMPLETE') return;
        forget();
        resolve();
      });
    });
  }

  private async bringUp(live: Live, context: LaunchContext): Promise<void> {
    const { record } = live;
    const { store, launcher, localizer } = this.options;
    try {
      store.save(record);
      const { workingDir } = launcher.prepareFolders(record);
      if (context.localResources.length > 0) {
        this.move(live, 'localize');
        await localizer.localize(context.localResources, workingDir);
      }
      this.requireNotStopped(record);
      live.launching = true;
      const process = await launcher.launch(record, context);
      this.running(live, process);
      if (record.stopRequest !== undefined) this.signalStop(live, record.stopRequest.diagnostics);
    } catch (error) {
      live.launching = false;
      this.options.log.warn({ err: error, containerId: record.containerId }, 'container could not be started');
      if (record.state !== 'COMPLETE') this.complete(live, 'failed', launchFailure(asWeftError(error)));
      throw error;
    }
  }

  private requireNotStopped(record: ContainerRecord): void {
    if (record.stopRequest === undefined) return;
    throw new WeftError(
      'CONTAINER_ENDED',
      `${record.containerId} was stopped before it started: ${record.stopRequest.diagnostics}`,
    );
  }

  private running(live: Live, process: LaunchedProcess): void {
    const { record } = live;
    const { clock, monitor } = this.options;
    record.leaderPid = process.leaderPid;
    record.leaderStartTicks = process.leaderStartTicks;
    record.startedMs ??= clock.nowMs();
    monitor.watch(record.containerId, process.leaderPid, record.resource.memoryMb);
    if (record.state !== 'RUNNING') this.move(live, 'launched');
    void process.ended.then((end) => {
      if (this.released) return;
      // Whatever the program left behind in its group goes with it.
      this.options.launcher.signal(process.leaderPid, 'SIGKILL');
      this.exited(live, end);
    });
  }

  private exited(live: Live, end: ProcessEnd): void {
    const { record } = live;
    live.cancelKill?.();
    const { launcher } = this.options;
    const { containerId, signalledBy, stopRequest } = record;
    const killedByKernel = launcher.hasKernelKilled(containerId) ? this.memoryOf(record) : undefined;
    launcher.sweep(record);
    const circumstances = { stop: stopRequest, lastWords: launcher.lastWords(record), signalledBy, killedByKernel };
    this.complete(live, 'exited', exitReasonOf(end, circumstances));
  }

  private memoryOf({ containerId, memoryPlan, resource }: ContainerRecord): MemoryReport {
    const report = this.options.monitor.report(containerId) ?? { limitMb: resource.memoryMb, usedMb: 0, curve: [] };
    return withPlan(report, memoryPlan);
  }

  private lostMeanwhile(live: Live): void {
    const { record } = live;
    if (record.leaderPid !== undefined || this.options.launcher.endOf(record.containerId).exitCode !== undefined) {
      if (record.state !== 'RUNNING') this.move(live, 'launched');
      this.exited(live, this.options.launcher.endOf(record.containerId));
      return;
    }
    this.options.launcher.sweep(record);
    const error = new WeftError('CONTAINER_LAUNCH_FAILED', 'The NodeManager was killed before the process ran.');
    this.complete(live, 'failed', launchFailure(error));
  }

  private signalStop(live: Live, reason: string): void {
    const { launcher, clock, sigkillDelayMs } = this.options;
    const group = live.record.leaderPid;
    if (group === undefined) return;
    for (const listener of this.stopListeners) listener(live.record, reason);
    launcher.signal(group, 'SIGTERM');
    live.cancelKill = clock.after(sigkillDelayMs, () => {
      launcher.signal(group, 'SIGKILL');
    });
  }

  private complete(live: Live, event: 'failed' | 'stopped' | 'exited', exit: ExitReason): void {
    const { record } = live;
    const { clock, log, monitor } = this.options;
    record.exit = exit;
    record.endedMs = clock.nowMs();
    monitor.forget(record.containerId);
    log.info({ containerId: record.containerId, exit: exit.kind, exitStatus: exit.exitStatus }, 'container ended');
    this.move(live, event);
    this.removeWorkingDirLater(record);
  }

  private removeWorkingDirLater(record: ContainerRecord): void {
    const { clock, deleteDelayMs, launcher, log } = this.options;
    const passedMs = clock.nowMs() - (record.endedMs ?? 0);
    clock.after(Math.max(0, deleteDelayMs - passedMs), () => {
      launcher.removeWorkingDir(record).catch((error: unknown) => {
        log.warn({ err: error, containerId: record.containerId }, 'a working folder could not be removed');
      });
    });
  }

  private move(live: Live, event: ContainerEvent): void {
    const { record } = live;
    record.state = transition('container', CONTAINER_TRANSITIONS, record.state, event);
    this.options.store.save(record);
    for (const listener of this.changeListeners) listener(record);
  }
}
