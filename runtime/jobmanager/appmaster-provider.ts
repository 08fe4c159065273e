/**
 * The WorkerProvider of a JobManager on a cluster: its AppMaster, which turns wanted TaskManagers into containers. Keeps the
 * tie to it: registers, sends the heartbeats with the chain's events, and notices when the AppMaster is gone, because a
 * JobManager without its AppMaster must not go on (the next attempt brings another one).
 */
import type { Clock } from '../common/clock.js';
import { WeftError, asWeftError, hasCode } from '../common/errors/index.js';
import type { Logger } from '../common/log/logger.js';
import { RpcClient } from '../common/wire/index.js';
import { workerProtocol } from '../common/wire/protocols/jobmanager-appmaster.js';
import type { JobManager } from './job-manager.js';
import type { FinalStatus, WorkerProvider } from './worker-provider.js';

/** How often a broken connection is looked at for a dead parent. */
const PARENT_CHECK_MS = 50;
/** How long the end of the cluster is told for, again and again. */
const FINISH_TIMEOUT_MS = 60_000;

export interface AppMasterProviderOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** `http://host:port` of the AppMaster's server. */
  readonly appMasterUrl: string;
  readonly token: () => string;
  readonly heartbeatTimeoutMs: number;
  /** Process id of the parent; the AppMaster is gone when it changes. */
  readonly parentPid: () => number;
  /** The AppMaster knows that the cluster is done. */
  onFinished(): void;
  /** The AppMaster is gone, or wants this process to end. `ordered`: it asked for it. */
  onEnd(reason: string, ordered: boolean): void;
}

export class AppMasterProvider implements WorkerProvider {
  readonly elastic = true;
  private readonly client: RpcClient<typeof workerProtocol.client, typeof workerProtocol.server>;
  private readonly ownerPid: number;
  private jobManager: JobManager | undefined;
  private restUrl = '';
  private wanted = 0;
  private registered = false;
  private beating = false;
  private ended = false;
  private stopHeartbeats: () => void = () => undefined;
  private stopWatching: () => void = () => undefined;

  constructor(private readonly options: AppMasterProviderOptions) {
    const { clock, log, appMasterUrl, token, parentPid } = options;
    this.ownerPid = parentPid();
    this.client = new RpcClient({
      protocol: workerProtocol,
      address: () => appMasterUrl,
      token,
      clock,
      log,
      handlers: {
        workerTerminated: ({ resourceId, diagnostics }) => this.jobManager?.workerTerminated(resourceId, diagnostics),
        workersPending: ({ reason }) => this.jobManager?.workersPending(reason),
        shutdown: ({ reason }) => {
          this.end(reason, true);
        },
        nodeSuspect: ({ resourceIds }) => {
          if (resourceIds.length > 0) log.warn({ resourceIds }, 'the node of these TaskManagers is suspect');
        },
      },
      onConnected: (resumed) => {
        this.stopWatching();
        if (!resumed) void this.register();
      },
      onDisconnected: () => {
        this.watchParent();
      },
      onRefused: (error) => {
        this.end(error.message, false);
      },
    });
  }

  /** Begins to connect; registers `restUrl` as the address of this JobManager. */
  start(jobManager: JobManager, restUrl: string): void {
    this.jobManager = jobManager;
    this.restUrl = restUrl;
    this.client.start();
    this.watchParent();
  }

  stop(): void {
    this.ended = true;
    this.stopHeartbeats();
    this.stopWatching();
    this.client.close();
  }

  want(count: number): void {
    this.wanted = count;
    if (this.registered) this.tell('wantWorkers', this.client.session.call('wantWorkers', { count }));
  }

  release(resourceId: string, reason: string): void {
    this.tell('releaseWorker', this.client.session.call('releaseWorker', { resourceId, reason }));
  }

  finished(finalStatus: FinalStatus, diagnostics: string): void {
    void this.finish(finalStatus, diagnostics);
  }

  private async finish(finalStatus: FinalStatus, diagnostics: string): Promise<void> {
    const { clock, log } = this.options;
    // The last events must not be lost with a cluster that lived for less than a heartbeat.
    await this.beat();
    const deadlineMs = clock.monotonicMs() + FINISH_TIMEOUT_MS;
    while (!this.ended && clock.monotonicMs() < deadlineMs) {
      try {
        await this.client.session.call('clusterFinished', { finalStatus, diagnostics });
        this.options.onFinished();
        return;
      } catch (error) {
        log.warn({ err: error }, 'the AppMaster did not hear of the end yet');
        await new Promise<void>((resolve) => {
          clock.after(200, resolve);
        });
      }
    }
  }

  private async register(): Promise<void> {
    const { log, clock } = this.options;
    this.registered = false;
    this.stopHeartbeats();
    try {
      const answer = await this.client.session.call('register', { restUrl: this.restUrl, pid: process.pid });
      log.info({ workers: answer.workers }, 'registered with the AppMaster');
      this.registered = true;
      if (this.wanted > 0) this.want(this.wanted);
      this.stopHeartbeats = clock.every(answer.heartbeatIntervalMs, () => void this.beat());
      void this.beat();
    } catch (error) {
      if (hasCode(error, 'AUTH_BAD_TOKEN')) this.end(asWeftError(error).message, false);
      // A call that was cut off needs nothing: the next connection registers again.
      else if (hasCode(error, 'WIRE_TIMEOUT')) this.client.reconnect();
    }
  }

  /** Step 9. Events that could not be sent go with the next one. */
  private async beat(): Promise<void> {
    const { jobManager } = this;
    if (this.beating || !this.registered || jobManager === undefined) return;
    this.beating = true;
    const events = jobManager.takeEvents();
    try {
      const { runningJobs } = jobManager.dispatcher;
      const timeoutMs = this.options.heartbeatTimeoutMs;
      await this.client.session.call('heartbeat', { events, runningJobs }, { timeoutMs });
    } catch (error) {
      jobManager.returnEvents(events);
      if (hasCode(error, 'WIRE_TIMEOUT')) this.client.reconnect();
    } finally {
      this.beating = false;
    }
  }

  /** While there is no connection: the AppMaster is gone when the parent changes, or when it is not back in time. */
  private watchParent(): void {
    const { clock, heartbeatTimeoutMs, parentPid } = this.options;
    if (this.ended) return;
    this.stopWatching();
    const deadlineMs = clock.monotonicMs() + heartbeatTimeoutMs;
    this.stopWatching = clock.every(PARENT_CHECK_MS, () => {
      if (parentPid() !== this.ownerPid) this.end('the AppMaster has ended', false);
      else if (clock.monotonicMs() > deadlineMs) {
        this.end(`the AppMaster did not answer for ${heartbeatTimeoutMs} ms`, false);
      }
    });
  }

  private end(reason: string, ordered: boolean): void {
    if (this.ended) return;
    this.stop();
    if (!ordered) this.options.log.error({ err: new WeftError('APPMASTER_GONE', reason) }, 'ending');
    this.options.onEnd(reason, ordered);
  }

  private tell(method: string, call: Promise<unknown>): void {
    call.catch((error: unknown) => {
      if (!this.ended) this.options.log.warn({ err: error, method }, 'the AppMaster did not take an order');
    });
  }
}
