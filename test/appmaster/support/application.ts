/** An AppMaster in this process, with a fake cluster around it and a fake JobManager as a real child process. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { AppMaster } from '../../../appmaster/app-master.js';
import type { AppMasterSettings } from '../../../appmaster/settings.js';
import { systemClock, type Clock } from '../../../runtime/common/clock.js';
import { configurationOf } from '../../../runtime/common/config/index.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { signToken } from '../../../runtime/common/security/token.js';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import { FakeNodeManager, FakeResourceManager, KEY } from './fake-cluster.js';
import { until } from './until.js';

export const APPLICATION = 'application_1700000000000_0001';
export const APPLICATION_KEY = 'cd'.repeat(32);

/** What a fake JobManager has heard. */
export interface JobManagerView {
  registered: { workers: string[]; heartbeatIntervalMs: number } | undefined;
  notices: [string, Record<string, unknown>][];
  pid: number;
  argv: string[];
}

export class TestApplication {
  readonly rm = new FakeResourceManager();
  readonly nm = new FakeNodeManager();
  exitCode: number | undefined;
  /** A test may bring its own before the start. */
  clock: Clock = systemClock;
  private readonly folder = mkdtempSync(join(tmpdir(), 'weft-am-'));
  private appMaster: AppMaster | undefined;

  static async start(
    t: ExecutionContext,
    configure: (application: TestApplication) => Partial<AppMasterSettings> = () => ({}),
    properties: Record<string, string> = {},
  ): Promise<TestApplication> {
    const application = new TestApplication();
    t.teardown(() => application.close());
    await application.rm.start();
    await application.nm.start();
    const overrides = configure(application);
    if (!existsSync(application.jobManagerBundle)) {
      const fake = new URL('./fake-jobmanager.js', import.meta.url).href;
      writeFileSync(application.jobManagerBundle, `import ${JSON.stringify(fake)};\n`);
    }
    application.appMaster = new AppMaster({
      settings: application.settings(overrides, properties),
      clock: application.clock,
      log: silentLogger(),
      onEnded: (code) => (application.exitCode = code),
    });
    await application.appMaster.start();
    return application;
  }

  /** The program that is run as the JobManager: a test may bring its own. */
  get jobManagerBundle(): string {
    return join(this.folder, 'jobmanager.mjs');
  }

  /** Address of the JobManager that the ResourceManager was told last. */
  jobManagerUrl(): Promise<string> {
    return until('the address of the JobManager', () => this.rm.trackingUrls.at(-1) ?? false);
  }

  async jobManager(): Promise<JobManagerView> {
    return (await (await fetch(await this.jobManagerUrl())).json()) as JobManagerView;
  }

  /** The JobManager says that the cluster is done; it may be stopped before it can tell us that it was heard. */
  async clusterFinished(finalStatus: string, diagnostics: string): Promise<void> {
    await this.call('clusterFinished', { finalStatus, diagnostics }).catch(() => undefined);
  }

  /** The JobManager calls a method of the AppMaster. */
  async call(method: string, params: object): Promise<Response> {
    return fetch(`${await this.jobManagerUrl()}/${method}`, { method: 'POST', body: JSON.stringify(params) });
  }

  stop(): Promise<void> {
    return this.appMaster?.stop('SIGTERM') ?? Promise.resolve();
  }

  private async close(): Promise<void> {
    await this.stop();
    await this.rm.stop();
    await this.nm.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private settings(overrides: Partial<AppMasterSettings>, properties: Record<string, string>): AppMasterSettings {
    const attemptId = 'appattempt_1700000000000_0001_000001';
    return {
      mode: 'session',
      applicationId: APPLICATION,
      attemptId,
      containerId: 'container_1700000000000_0001_01_000001',
      host: '127.0.0.1',
      resourceManagerUrl: this.rm.url,
      attemptToken: signToken(KEY, { kind: 'attempt', subject: attemptId, expiresMs: Date.now() + 60_000 }),
      applicationKey: APPLICATION_KEY,
      configuration: configurationOf({ 'yarn.heartbeat.interval': '0.05', ...properties }),
      logDir: this.folder,
      distDir: this.folder,
      workDir: this.folder,
      shippedFiles: [],
      jobGraph: undefined,
      ...overrides,
    };
  }
}

/** Only what the AppMaster reads of a JobGraph. */
export function graphOf(parallelism: number): JobGraph {
  return { vertices: [{ slotSharingGroup: 'default', parallelism }] } as unknown as JobGraph;
}
