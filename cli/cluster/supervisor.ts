/**
 * Owns the roles of a cluster on this machine: one ResourceManager and n NodeManagers. It starts them side by side,
 * starts again what dies, and ends them in order. Run by `weft up`; it knows nothing of what the roles do.
 */
import { join } from 'node:path';
import { sleep, type Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { removeFile, type WeftHome } from '../../runtime/common/home.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { resourceManagerAddress } from '../client/resourcemanager-address.js';
import { liveClusterProcesses } from './cluster-processes.js';
import { fetchClusterView, type ClusterView } from './cluster-view.js';
import { lastWordsIn } from './last-words-in.js';
import type { RoleCommand } from './role-command.js';
import { RoleProcess } from './role-process.js';
import { stopCluster } from './shutdown.js';
import { writeSupervisorRecord } from './supervisor-record.js';

export interface SupervisorOptions {
  readonly home: WeftHome;
  /** ResourceManagers first. */
  readonly roles: readonly RoleCommand[];
  readonly clock: Clock;
  readonly log: Logger;
}

const READY_POLL_MS = 15;
const READY_TIMEOUT_MS = 30_000;
/** A role that ends this often before the cluster was ever ready will not come up. */
const DEATHS_BEFORE_GIVING_UP = 3;

export class Supervisor {
  private readonly roles: RoleProcess[];
  private readonly startedMs: number;
  private readyMs: number | undefined;
  private failure: WeftError | undefined;
  private deaths = 0;
  private stopped: Promise<void> | undefined;

  constructor(private readonly options: SupervisorOptions) {
    const { clock, home, log } = options;
    this.startedMs = clock.nowMs();
    const environment = { ...process.env, WEFT_HOME: home.path };
    this.roles = options.roles.map((role) => {
      const logFile = join(home.logsDir, `${role.name}.log`);
      return new RoleProcess({
        role,
        logFile,
        environment,
        clock,
        onStarted: () => {
          this.writeRecord();
        },
        onDied: (how, pauseMs) => {
          log.warn({ pauseMs }, `${role.name} ended (${how}); it is started again`);
          this.died(role.name, how, logFile);
        },
      });
    });
  }

  /** Resolves when every NodeManager is registered. @throws CLUSTER_RUNS_ALREADY, CLUSTER_START_FAILED */
  async start(): Promise<ClusterView> {
    this.requireNobodyElse();
    for (const role of this.roles) role.start();
    try {
      const view = await this.ready();
      this.readyMs = this.options.clock.nowMs();
      this.writeRecord();
      return view;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Ends applications, then the roles, and leaves nothing behind. */
  stop(): Promise<void> {
    this.stopped ??= this.stopOnce();
    return this.stopped;
  }

  private async stopOnce(): Promise<void> {
    for (const role of this.roles) role.letGo();
    await stopCluster(this.options);
  }

  /** Also clears the records of a cluster that is dead, or its addresses would mislead. */
  private requireNobodyElse(): void {
    const { home } = this.options;
    const running = liveClusterProcesses(home).filter(({ pid }) => pid !== process.pid);
    if (running.length > 0) {
      const names = running.map(({ name, pid }) => `${name} (process ${pid})`).join(', ');
      const owned = running.some(({ name }) => name === 'supervisor');
      const orphaned = owned ? '' : ' Its supervisor has died: nobody starts again what dies.';
      throw new WeftError('CLUSTER_RUNS_ALREADY', `A cluster runs already in ${home.path}: ${names}.${orphaned}`, {
        ...(owned ? {} : { hint: 'End it in order with "weft down", then start it anew.' }),
      });
    }
    for (const { name } of this.roles) removeFile(home.clusterFile(name));
  }

  private async ready(): Promise<ClusterView> {
    const { clock, home } = this.options;
    const nodes = this.roles.filter(({ name }) => name.startsWith('nodemanager-')).length;
    const deadlineMs = clock.monotonicMs() + READY_TIMEOUT_MS;
    while (clock.monotonicMs() < deadlineMs) {
      if (this.failure !== undefined) throw this.failure;
      const view = await resourceManagerAddress(home, undefined)
        .then(fetchClusterView)
        .catch(() => undefined);
      const registered = view?.nodeManagers.filter(({ state }) => state === 'RUNNING').length ?? 0;
      if (view !== undefined && registered >= nodes) return view;
      await sleep(clock, READY_POLL_MS);
    }
    const message = `Not every role was up within ${READY_TIMEOUT_MS / 1000} s. See the logs in ${home.logsDir}.`;
    throw new WeftError('CLUSTER_START_FAILED', message);
  }

  private died(name: string, how: string, logFile: string): void {
    if (this.readyMs !== undefined || ++this.deaths < DEATHS_BEFORE_GIVING_UP) return;
    const message = `${name} ends as soon as it is started (${how}). The last words in ${logFile}:\n${lastWordsIn(logFile)}`;
    this.failure ??= new WeftError('CLUSTER_START_FAILED', message);
    for (const role of this.roles) role.letGo();
  }

  private writeRecord(): void {
    const roles = this.roles.flatMap((role) => role.process ?? []);
    writeSupervisorRecord(this.options.home, this.startedMs, roles, this.readyMs);
  }
}
