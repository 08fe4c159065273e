/** A JobManager as a process: behind HTTP and WebSockets, tied to its AppMaster or, standalone, to itself alone. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BlobStore } from '../common/blobs/blob-store.js';
import type { Clock } from '../common/clock.js';
import { clusterOptions } from '../common/config/options/index.js';
import { startHttpServer, type HttpServer } from '../common/http/server.js';
import { asWeftError } from '../common/errors/index.js';
import type { Logger } from '../common/log/logger.js';
import { PrometheusReporter } from '../common/metrics/index.js';
import { Refusals, refusalFamily } from '../common/security/refusals.js';
import { signToken, verifyToken } from '../common/security/token.js';
import { taskManagerProtocol } from '../common/wire/protocols/taskmanager-jobmanager.js';
import { AppMasterProvider } from './appmaster-provider.js';
import { FileJobStore } from './job-store.js';
import { JobManager } from './job-manager.js';
import { jobManagerFamilies } from './metric-families.js';
import { PerJobEnd } from './per-job-end.js';
import { submitOwnJob, type JobManagerSettings } from './settings.js';
import { authenticateClients } from './rest/authentication.js';
import { registerRest } from './rest/index.js';
import { enumeratorThreads } from './sources/enumerator-thread.js';
import { standaloneProvider, type FinalStatus, type WorkerProvider } from './worker-provider.js';

/** How long jobs may take to end when the cluster is stopped. */
const CANCEL_ALL_MS = 10_000;
/** Tokens that this process makes for itself are made anew for each connection, so they can be short. */
const TOKEN_LIFETIME_MS = 60_000;
/** An uploaded program has run up to its submission by then. */
const PROGRAM_TOKEN_LIFETIME_MS = 600_000;

export class JobManagerProcess {
  private readonly provider: WorkerProvider;
  private readonly appMaster: AppMasterProvider | undefined;
  private readonly store: FileJobStore;
  private readonly jobManager: JobManager;
  private readonly perJobEnd: PerJobEnd | undefined;
  private readonly refusals: Refusals;
  private server: HttpServer | undefined;
  private reporter: PrometheusReporter | undefined;

  constructor(
    private readonly settings: JobManagerSettings,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    const { config, applicationId, storageDir, mode } = settings;
    this.refusals = new Refusals(clock, log);
    this.appMaster = mode === 'standalone' ? undefined : this.connectAppMaster();
    this.provider = this.appMaster ?? standaloneProvider(log, (status) => void this.exit(status));
    this.store = new FileJobStore(storageDir, log);
    if (mode === 'per-job') {
      this.perJobEnd = new PerJobEnd(clock, this.provider, config.get(clusterOptions.attached));
    }
    const blobs = new BlobStore(join(storageDir, 'blobs'));
    this.jobManager = new JobManager({
      ...{ clock, log, config, blobs },
      store: this.store,
      startEnumerators: enumeratorThreads({ blobs, clock, workFolder: join(storageDir, 'enumerators') }),
      provider: this.provider,
      applicationId,
      checkpointDirectory: settings.checkpointDirectory,
      onJobTerminal: ({ jobId }) => {
        const result = this.jobManager.dispatcher.resultOf(jobId);
        if (result !== undefined) this.perJobEnd?.jobEnded(result);
      },
    });
  }

  async start(): Promise<void> {
    const { config, host, authentication, applicationKey } = this.settings;
    const { log } = this;
    // Before anybody can ask: whoever finds this JobManager finds the jobs too.
    await this.jobManager.recover();
    if (this.settings.mode === 'per-job') await this.runOwnJob();
    this.server = await startHttpServer({
      host: config.get(clusterOptions.restBindAddress),
      advertisedHost: host,
      port: config.get(clusterOptions.restBindPort),
      log,
      refusals: this.refusals,
      configure: async (app, rpc) => {
        this.acceptTaskManagers(rpc);
        if (authentication === 'token') {
          authenticateClients(app, { applicationKey, clock: this.clock, refusals: this.refusals });
        }
        await registerRest(app, {
          jobManager: this.jobManager,
          log,
          url: () => this.server?.url ?? '',
          webuiDir: besideRoles('webui', 'jobmanager'),
          weftCommand: this.weftCommand(),
          clientToken: () => (authentication === 'token' ? this.clientToken() : undefined),
          uploadDir: join(this.settings.storageDir, 'uploads'),
          onClientAsked: () => this.perJobEnd?.clientAsked(),
          onClientWaits: () => this.perJobEnd?.clientWaits(),
          onResultFetched: () => this.perJobEnd?.resultFetched(),
          onShutdown: () => void this.shutDown('SUCCEEDED', 'The cluster was asked to stop.'),
        });
      },
    });
    this.reporter = await PrometheusReporter.start({
      configuration: config,
      host: config.get(clusterOptions.restBindAddress),
      log,
      collect: () => [...jobManagerFamilies(this.jobManager, host), refusalFamily('flink_jobmanager', this.refusals)],
    });
    this.appMaster?.start(this.jobManager, this.server.url);
  }

  async stop(): Promise<void> {
    this.perJobEnd?.stop();
    this.jobManager.stop();
    this.appMaster?.stop();
    await this.reporter?.close();
    await this.server?.close();
  }

  /** The one job of a per-job cluster, unless a former JobManager ran it, or has run it to its end. */
  private async runOwnJob(): Promise<void> {
    try {
      const jobId = await submitOwnJob(this.jobManager, this.settings.workDir);
      const result = this.jobManager.dispatcher.resultOf(jobId);
      if (result !== undefined) this.perJobEnd?.jobEnded(result);
    } catch (error) {
      // Starting anew would not help: the job itself is broken.
      this.log.error({ err: error }, 'the job of this cluster cannot be run');
      this.provider.finished('FAILED', asWeftError(error).message);
    }
  }

  /** Runs uploaded programs: in a session, unless that is switched off. */
  private weftCommand(): string[] | undefined {
    const { mode, config } = this.settings;
    const weft = besideRoles('bin', 'weft.mjs');
    if (mode === 'per-job' || weft === undefined || !config.get(clusterOptions.submitEnabled)) return undefined;
    return [process.execPath, weft];
  }

  /** For the programs that it runs for its clients. */
  private clientToken(): string {
    return signToken(this.settings.applicationKey, {
      kind: 'client',
      subject: this.settings.applicationId,
      access: 'modify',
      expiresMs: this.clock.nowMs() + PROGRAM_TOKEN_LIFETIME_MS,
    });
  }

  private acceptTaskManagers(rpc: HttpServer['rpc']): void {
    const { applicationKey, config } = this.settings;
    const { clock, log } = this;
    rpc.register({
      protocol: taskManagerProtocol,
      clock,
      log,
      authenticate: (token) => verifyToken([applicationKey], 'application', token, clock.nowMs()),
      onSession: (peer) => this.jobManager.acceptTaskManager(peer),
      onDisconnected: (peer) => {
        this.jobManager.taskManagerDisconnected(peer);
      },
      onResumed: (peer) => {
        this.jobManager.taskManagerResumed(peer);
      },
      onClosed: (peer) => {
        this.jobManager.taskManagerClosed(peer);
      },
      resumeWithinMs: config.get(clusterOptions.heartbeatTimeoutMs),
    });
  }

  private connectAppMaster(): AppMasterProvider {
    const { appMasterUrl, applicationKey, applicationId, config } = this.settings;
    const { clock, log } = this;
    return new AppMasterProvider({
      clock,
      log,
      appMasterUrl,
      token: () =>
        signToken(applicationKey, {
          kind: 'application',
          subject: applicationId,
          expiresMs: clock.nowMs() + TOKEN_LIFETIME_MS,
        }),
      heartbeatTimeoutMs: config.get(clusterOptions.heartbeatTimeoutMs),
      parentPid: () => process.ppid,
      onFinished: () => {
        // Only now: a JobManager that is started anew before must find how the job ended.
        this.store.clear();
      },
      onEnd: (reason, ordered) => {
        log.info({ reason }, 'the JobManager ends');
        void this.stop().then(() => process.exit(ordered ? 0 : 1));
      },
    });
  }

  /** Cancels what runs and says that the cluster is done. */
  private async shutDown(status: FinalStatus, diagnostics: string): Promise<void> {
    this.perJobEnd?.stop();
    await this.jobManager.cancelAll(CANCEL_ALL_MS);
    this.perJobEnd?.stop();
    this.provider.finished(status, diagnostics);
  }

  private async exit(status: FinalStatus): Promise<void> {
    await this.stop();
    this.store.clear();
    process.exit(status === 'FAILED' ? 1 : 0);
  }
}

/** What lies beside the folder of the role bundles, if it is there. */
function besideRoles(...path: string[]): string | undefined {
  const full = join(dirname(fileURLToPath(import.meta.url)), '..', ...path);
  return existsSync(full) ? full : undefined;
}
