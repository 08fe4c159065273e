/**
 * One application: takes what its parts report (ResourceManager, NodeManagers, JobManager), lets the worker pool decide,
 * and does what it says. Holds no rule of its own beyond the order of start and end.
 */
import { clusterOptions, yarnOptions } from '../runtime/common/config/index.js';
import type { Clock } from '../runtime/common/clock.js';
import { asWeftError, type WeftError } from '../runtime/common/errors/index.js';
import { chainEvent, type ChainEvent, type ChainStep } from '../runtime/common/events/chain-events.js';
import { systemNetwork, type Listener, type Network } from '../runtime/common/http/network.js';
import type { Logger } from '../runtime/common/log/logger.js';
import { signToken } from '../runtime/common/security/token.js';
import type {
  AllocatedContainer,
  FinalStatus,
  LaunchContext,
  Resource,
} from '../runtime/common/wire/protocols/index.js';
import { EventOutbox } from './event-outbox.js';
import { jobManagerCommand, jobManagerEnvironment } from './jobmanager/environment.js';
import { JobManagerProcess } from './jobmanager/jobmanager-process.js';
import { startPlan } from './modes/application-mode.js';
import { JobManagerEndpoint } from './protocol/jobmanager-endpoint.js';
import { NodeLinks } from './protocol/node-links.js';
import { ResourceManagerLink, type Registration } from './protocol/resourcemanager-link.js';
import type { AppMasterSettings } from './settings.js';
import { workerLaunchContext, workerResource, workerTooLarge } from './workers/launch-context.js';
import { StartFailures } from './workers/start-failures.js';
import { WorkerPool, type WorkerEffect } from './workers/worker-pool.js';

/** YARN keeps asks of different sizes apart by their priority; TaskManagers of one application are all of one size. */
const WORKER_PRIORITY = 1;
/** Tokens of an application's processes outlive any run: their key ends with the application. One year. */
const APPLICATION_TOKEN_LIFETIME_MS = 365 * 24 * 3_600_000;

export interface AppMasterOptions {
  settings: AppMasterSettings;
  /** @default that of this machine */
  network?: Network;
  clock: Clock;
  log: Logger;
  /** The application is over and all is stopped: the process can exit with this code. */
  onEnded(exitCode: number): void;
}

export class AppMaster {
  private readonly outbox = new EventOutbox();
  private readonly pool: WorkerPool;
  private readonly resource: Resource;
  /** Where TaskManagers run; undefined: where the application does. */
  private readonly label: string | undefined;
  private readonly nodes: NodeLinks;
  private readonly resourceManager: ResourceManagerLink;
  private readonly endpoint: JobManagerEndpoint;
  private readonly suspectNodes = new Set<string>();
  private readonly applicationToken: string;
  private server: Listener | undefined;
  private readonly network: Network;
  private jobManager: JobManagerProcess | undefined;
  private workerContext: LaunchContext | undefined;
  private expiryMs = 600_000;
  private jobManagerStarted = false;
  /** What the JobManager was told last. */
  private pendingReason = '';
  private ending = false;

  constructor(private readonly options: AppMasterOptions) {
    const { settings, clock, log, network = systemNetwork } = options;
    this.network = network;
    const { configuration, applicationKey, applicationId } = settings;
    this.resource = workerResource(configuration);
    this.label = configuration.get(yarnOptions.taskManagerNodeLabel);
    this.pool = new WorkerPool(
      new StartFailures(
        configuration.get(clusterOptions.startWorkerMaxFailures),
        configuration.get(clusterOptions.startWorkerRetryIntervalMs),
      ),
    );
    this.applicationToken = signToken(applicationKey, {
      kind: 'application',
      subject: applicationId,
      expiresMs: clock.nowMs() + APPLICATION_TOKEN_LIFETIME_MS,
    });
    this.nodes = new NodeLinks({
      dial: network.dial,
      clock,
      log,
      onContainerStatus: ({ containerId, state, exit }) => {
        if (state === 'COMPLETE' && exit !== undefined) this.apply(this.pool.completed(containerId, exit, this.nowMs));
      },
      onNodeSuspect: (nodeId, suspect) => {
        this.suspect(nodeId, suspect);
      },
    });
    this.endpoint = this.createEndpoint();
    this.resourceManager = this.createResourceManagerLink();
  }

  async start(): Promise<void> {
    const { settings, log } = this.options;
    this.server = await this.network.listen({
      host: settings.configuration.get(clusterOptions.restBindAddress),
      advertisedHost: settings.host,
      port: 0,
      log,
      routes: (app) => {
        this.endpoint.routes(app);
      },
      endpoints: (rpc) => {
        this.endpoint.accept(rpc);
      },
    });
    const { url } = this.server;
    this.workerContext = workerLaunchContext(settings.configuration, {
      applicationId: settings.applicationId,
      applicationToken: this.applicationToken,
      applicationKey: settings.applicationKey,
      appMasterUrl: url,
      resourceManagerUrl: settings.resourceManagerUrl,
      shippedFiles: settings.shippedFiles,
    });
    this.jobManager = this.createJobManager(url);
    this.resourceManager.start();
  }

  /** The application ends: all is stopped, and the ResourceManager is told how it went. */
  async finish(finalStatus: FinalStatus, diagnostics: string): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    const { log } = this.options;
    log.info({ finalStatus, diagnostics }, 'the application ends');
    this.jobManager?.expectEnd();
    this.apply(this.pool.stopAll('the application has ended', this.nowMs));
    let exitCode = 0;
    try {
      await this.resourceManager.finish(finalStatus, diagnostics, this.expiryMs);
    } catch (error) {
      log.error({ err: error }, 'the ResourceManager did not hear of the end');
      exitCode = 1;
    }
    await this.close();
    this.options.onEnded(exitCode);
  }

  /** Stops this process and its JobManager. The TaskManagers belong to the application: its next attempt may keep them. */
  async stop(reason: string): Promise<void> {
    if (this.ending) return;
    this.ending = true;
    this.options.log.info({ reason }, 'stopping');
    this.endpoint.shutdown(reason);
    await this.close();
  }

  /** The ResourceManager has ended this application or this attempt. */
  private async abandon(reason: string, stopWorkers: boolean): Promise<void> {
    if (stopWorkers) this.apply(this.pool.stopAll(reason, this.nowMs));
    await this.stop(reason);
    this.options.onEnded(0);
  }

  private async close(): Promise<void> {
    await this.jobManager?.stop();
    this.resourceManager.close();
    this.nodes.close();
    this.endpoint.close();
    await this.server?.close();
  }

  private get nowMs(): number {
    return this.options.clock.monotonicMs();
  }

  private event(step: ChainStep, detail: ChainEvent['detail']): void {
    const { clock, settings } = this.options;
    this.outbox.add(chainEvent(step, 'appmaster', clock.nowMs(), settings.applicationId, detail));
  }

  private registered(registration: Registration, first: boolean): void {
    this.expiryMs = registration.expiryIntervalMs;
    for (const container of registration.previousContainers) this.nodes.watch(container);
    this.apply(this.pool.adopt(registration.previousContainers, this.nowMs));
    if (!first) {
      this.apply(this.pool.forgetAsks(this.nowMs));
      return;
    }
    const tooLarge = workerTooLarge(this.resource, registration.maximumResource);
    if (tooLarge !== undefined) {
      this.fail(tooLarge);
      return;
    }
    const plan = startPlan(this.options.settings);
    if (plan.initialWorkers > this.pool.wantedCount) this.apply(this.pool.want(plan.initialWorkers, this.nowMs));
    this.options.clock.after(this.pool.outstanding === 0 ? 0 : plan.jobManagerDelayMs, () => {
      this.startJobManager();
    });
  }

  /** Starts it unless it runs or ran already: whichever of the first container and the delay comes first. */
  private startJobManager(): void {
    if (this.ending || this.jobManagerStarted) return;
    this.jobManagerStarted = true;
    this.jobManager?.start();
  }

  private apply(effects: readonly WorkerEffect[]): void {
    for (const effect of effects) this.perform(effect);
  }

  private perform(effect: WorkerEffect): void {
    const { log } = this.options;
    switch (effect.kind) {
      case 'ask':
        if (effect.count > 0) {
          const { memoryMb, vcores } = this.resource;
          this.event(4, { containers: effect.count, memoryMb, vcores });
        }
        this.resourceManager.ask({
          ...{ priority: WORKER_PRIORITY, resourceName: '*', relaxLocality: true },
          ...{ resource: this.resource, numContainers: effect.count },
          ...(this.label === undefined ? {} : { label: this.label }),
        });
        return;
      case 'start':
        void this.startWorker(effect.container);
        return;
      case 'release':
        this.resourceManager.release(effect.container.containerId);
        return;
      case 'stop':
        void this.nodes.stop(effect.container, effect.reason);
        this.resourceManager.release(effect.container.containerId);
        return;
      case 'terminated':
        log.warn({ resourceId: effect.resourceId, diagnostics: effect.diagnostics }, 'a TaskManager is gone');
        this.endpoint.workerTerminated(effect.resourceId, effect.diagnostics);
        return;
      case 'pause':
        log.error('too many TaskManagers failed to start; asking for containers again after a pause');
        this.resumeAt(effect.untilMs);
        return;
      case 'settle':
        this.resumeAt(effect.untilMs);
    }
  }

  private resumeAt(atMs: number): void {
    this.options.clock.after(atMs - this.nowMs, () => {
      // A timer may come a fraction of a millisecond early.
      this.apply(this.pool.resume(Math.max(atMs, this.nowMs)));
    });
  }

  private async startWorker(container: AllocatedContainer): Promise<void> {
    const { containerId } = container;
    if (this.workerContext === undefined) return;
    try {
      await this.nodes.start(container, this.workerContext);
      this.pool.launched(containerId);
    } catch (error) {
      if (this.ending) return;
      this.apply(this.pool.startFailed(containerId, asWeftError(error).message, this.nowMs));
    }
  }

  private allocated(containers: readonly AllocatedContainer[]): void {
    for (const { containerId, nodeId, resource } of containers) {
      this.event(5, { container: containerId, node: nodeId, memoryMb: resource.memoryMb, vcores: resource.vcores });
    }
    this.apply(this.pool.allocated(containers, this.nowMs));
    if (containers.length === 0) return;
    if (this.pool.outstanding === 0) this.pending('');
    this.startJobManager();
  }

  /** @param reason why the containers that were asked for are not there yet; empty: they are */
  private pending(reason: string): void {
    if (reason === this.pendingReason) return;
    this.pendingReason = reason;
    this.options.log.info({ reason }, reason === '' ? 'all containers are there' : 'containers are not there yet');
    this.endpoint.workersPending(reason);
  }

  private suspect(nodeId: string, suspect: boolean): void {
    if (suspect === this.suspectNodes.has(nodeId)) return;
    if (suspect) this.suspectNodes.add(nodeId);
    else this.suspectNodes.delete(nodeId);
    this.endpoint.nodeSuspect([...this.suspectNodes].flatMap((id) => this.pool.on(id)));
  }

  private fail(error: WeftError): void {
    void this.finish('FAILED', error.message);
  }

  private createResourceManagerLink(): ResourceManagerLink {
    const { settings, clock, log } = this.options;
    return new ResourceManagerLink({
      url: settings.resourceManagerUrl,
      attemptToken: settings.attemptToken,
      host: settings.host,
      dial: this.network.dial,
      clock,
      log,
      outbox: this.outbox,
      heartbeatIntervalMs: settings.configuration.get(yarnOptions.heartbeatIntervalS) * 1000,
      self: () => ({
        rpcPort: this.server?.port ?? 0,
        trackingUrl: this.endpoint.restUrl ?? '',
        containers: this.pool.heldIds,
      }),
      progress: () => (this.endpoint.restUrl === undefined ? 0 : 1),
      onRegistered: (registration, first) => {
        this.registered(registration, first);
      },
      onContainers: ({ allocated, completed }) => {
        this.allocated(allocated);
        for (const { containerId, exit } of completed) this.apply(this.pool.completed(containerId, exit, this.nowMs));
      },
      onNodeUpdate: ({ nodeId, state }) => {
        if (state === 'LOST') this.nodes.drop(nodeId);
        this.suspect(nodeId, state === 'SUSPECT');
      },
      onPreemption: (notices) => {
        // A job gives nothing back by itself: it runs on until its TaskManager is taken, and recovers then.
        for (const notice of notices) log.warn(notice, 'a TaskManager will be preempted');
      },
      onPending: (reason) => {
        this.pending(reason);
      },
      onShutdown: (reason) => void this.abandon(reason, true),
      onRefused: (error) => void this.abandon(error.message, false),
    });
  }

  private createEndpoint(): JobManagerEndpoint {
    const { settings, clock, log } = this.options;
    return new JobManagerEndpoint({
      applicationKey: settings.applicationKey,
      clock,
      log,
      heartbeatIntervalMs: settings.configuration.get(clusterOptions.heartbeatIntervalMs),
      heartbeatTimeoutMs: settings.configuration.get(clusterOptions.heartbeatTimeoutMs),
      expectedPid: () => this.jobManager?.pid,
      workers: () => this.pool.activeIds,
      onRegistered: (restUrl) => {
        this.resourceManager.setTrackingUrl(restUrl);
        if (this.pendingReason !== '') this.endpoint.workersPending(this.pendingReason);
      },
      onWant: (count) => {
        if (!this.ending) this.apply(this.pool.want(count, this.nowMs));
      },
      onGiveBack: (resourceId, reason) => {
        this.apply(this.pool.giveBack(resourceId, reason, this.nowMs));
      },
      onHeartbeat: (events, first) => {
        this.passOn(events, first);
      },
      onFinished: (finalStatus, diagnostics) => {
        // The JobManager gets its answer first.
        queueMicrotask(() => void this.finish(finalStatus, diagnostics));
      },
      onSilent: (pid) => {
        log.error({ jobManagerPid: pid }, 'the JobManager has been silent for too long');
        this.jobManager?.kill();
      },
    });
  }

  private passOn(events: ChainEvent[], first: boolean): void {
    for (const { step, detail } of events) {
      if (step === 7) for (const id of Object.values(detail)) this.pool.registered(String(id));
    }
    this.outbox.add(...events);
    if (first) this.event(9, { jobManagerPid: this.jobManager?.pid ?? 0 });
    if (first || events.length > 0) void this.resourceManager.beat();
  }

  private createJobManager(appMasterUrl: string): JobManagerProcess {
    const { settings, clock, log } = this.options;
    return new JobManagerProcess({
      command: jobManagerCommand(settings),
      workDir: settings.workDir,
      logDir: settings.logDir,
      environment: jobManagerEnvironment(settings, appMasterUrl, this.applicationToken),
      clock,
      log,
      onStarted: (pid) => {
        this.event(6, { jobManagerPid: pid, mode: settings.mode });
      },
      onDied: () => {
        this.endpoint.processEnded();
      },
      onGivenUp: (error) => {
        this.endpoint.processEnded();
        this.fail(error);
      },
    });
  }
}
