/** A real ResourceManager on a free port; NodeManagers and AppMasters that speak the real protocols but run nothing. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, sleep, systemClock, type Clock } from '../../runtime/common/clock.js';
import { silentLogger } from '../../runtime/common/log/logger.js';
import { signToken } from '../../runtime/common/security/token.js';
import { RpcClient } from '../../runtime/common/wire/index.js';
import {
  appMasterProtocol,
  nodeProtocol,
  type AllocatedContainer,
  type CompletedContainer,
  type ContainerStatus,
  type ExitReason,
  type LaunchContext,
  type PreemptionNotice,
  type Resource,
} from '../../runtime/common/wire/protocols/index.js';
import type { RackMapping } from '../../resourcemanager/nodes/racks.js';
import type { ResourceManagerSettings } from '../../resourcemanager/config/settings.js';
import { soleElection } from '../../resourcemanager/ha/election.js';
import { NO_POLICY_FILES, type PolicyFiles } from '../../resourcemanager/scheduler/index.js';
import { ResourceManager } from '../../resourcemanager/resource-manager.js';

export const CLUSTER_KEY = 'ab'.repeat(32);

export const SETTINGS: ResourceManagerSettings = {
  schedulerClass: 'fifo',
  schedulerClassOrigin: 'default',
  resourceTypes: new Map(),
  minimumAllocation: { memoryMb: 128, vcores: 1 },
  maximumMemoryMb: undefined,
  maximumVcores: undefined,
  maxAppAttempts: 2,
  heartbeatIntervalMs: 100,
  nodeExpiryIntervalMs: 5000,
  appMasterExpiryIntervalMs: 5000,
  containerExpiryIntervalMs: 60_000,
  maxCompletedApplications: 100,
  amBlacklistThreshold: 0.8,
  decommissionTimeoutMs: 3_600_000,
  nodeLabels: 'off',
  staticGroups: '',
  groupsCacheMs: 300_000,
  administrators: '*',
  authentication: 'auto',
  keyRolls: { attemptKeyMs: 86_400_000, containerKeyMs: 86_400_000 },
};

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'weft-rm-'));
}

export function startResourceManager(
  folder: string,
  options: {
    settings?: Partial<ResourceManagerSettings>;
    port?: number;
    bindHost?: string;
    clock?: Clock;
    policies?: PolicyFiles;
    racks?: () => RackMapping;
  } = {},
): Promise<ResourceManager> {
  return ResourceManager.start({
    clock: options.clock ?? systemClock,
    log: silentLogger(),
    settings: { ...SETTINGS, ...options.settings },
    id: '',
    folder,
    election: () => soleElection(folder),
    clusterKeys: () => [CLUSTER_KEY],
    listen: { bindHost: options.bindHost ?? '127.0.0.1', advertisedHost: '127.0.0.1', port: options.port },
    pagesFolder: join(folder, 'no-pages'),
    version: 'test',
    policies: () => options.policies ?? NO_POLICY_FILES,
    ...(options.racks === undefined ? {} : { racks: options.racks }),
    onStoreBroken: (error) => {
      throw error;
    },
  });
}

/** Waits for a condition. @throws after ten seconds */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + 10_000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`waited in vain for ${what}`);
    await sleep(systemClock, 5);
  }
}

/** A NodeManager whose containers are entries of a map. */
export class FakeNode {
  readonly containers = new Map<string, ContainerStatus>();
  readonly starts: { containerId: string; context: LaunchContext }[] = [];
  readonly stopped: string[] = [];
  readonly stopReasons = new Map<string, ExitReason>();
  readonly signals: string[] = [];
  readonly finishedApplications: string[] = [];
  registrations = 0;
  lastAnswer: { containersToStop: string[] } | undefined;
  /** Code of the error that its latest registration was refused with. */
  refusal: string | undefined;
  /** What `startContainer` fails with, if it is to fail. */
  startError: Error | undefined;
  readonly client;

  constructor(
    url: () => string,
    readonly nodeId: string,
    readonly resource: Resource = { memoryMb: 2048, vcores: 4 },
    readonly label?: string,
  ) {
    this.client = new RpcClient({
      protocol: nodeProtocol,
      address: url,
      token: () => signToken(CLUSTER_KEY, { kind: 'node', subject: nodeId, expiresMs: systemClock.nowMs() + 60_000 }),
      clock: systemClock,
      log: silentLogger(),
      maxBackoffMs: 50,
      handlers: {
        startContainer: ({ containerId, resource: size, context }) => {
          if (this.startError !== undefined) throw this.startError;
          this.starts.push({ containerId, context });
          this.containers.set(containerId, { containerId, state: 'RUNNING', resource: size });
          return {};
        },
        stopContainer: ({ containerId, exit }) => {
          this.stopped.push(containerId);
          this.stopReasons.set(containerId, exit);
          if (this.containers.has(containerId)) this.exit(containerId, 143, 'stopped');
        },
        signalContainer: ({ containerId, command }) => {
          this.signals.push(`${containerId} ${command}`);
        },
        applicationFinished: ({ applicationId }) => {
          this.finishedApplications.push(applicationId);
        },
        tokenKeys: () => undefined,
        resync: () => {
          this.register();
        },
      },
      onConnected: (resumed) => {
        if (!resumed) this.register();
      },
    });
  }

  start(): this {
    this.client.start();
    return this;
  }

  /** As if an AppMaster had started it here. */
  run(containerId: string, resource: Resource = { memoryMb: 512, vcores: 1 }): void {
    const status: ContainerStatus = { containerId, state: 'RUNNING', resource };
    this.containers.set(containerId, status);
    this.heartbeat([status]);
  }

  exit(containerId: string, exitStatus: number, diagnostics = ''): void {
    const status = this.containers.get(containerId);
    if (status === undefined) throw new Error(`${containerId} does not run on ${this.nodeId}`);
    this.containers.delete(containerId);
    const kind = exitStatus === 0 ? 'finished' : exitStatus > 128 ? 'signal' : 'exit-code';
    this.heartbeat([{ ...status, state: 'COMPLETE', exit: { kind, exitStatus, diagnostics } }]);
  }

  heartbeat(containers: ContainerStatus[] = [], healthy = true): void {
    void this.client.session
      .call('heartbeat', { containers, healthy, healthReport: '', usedMemoryMb: 10 })
      .catch(() => undefined);
  }

  register(): void {
    void this.client.session
      .call('register', {
        nodeId: this.nodeId,
        httpAddress: `http://${this.nodeId}`,
        resource: this.resource,
        ...(this.label === undefined ? {} : { label: this.label }),
        containers: [...this.containers.values()],
        version: 'test',
        pid: 1,
      })
      .then((answer) => {
        this.lastAnswer = answer;
        this.registrations++;
        for (const id of answer.containersToStop) this.containers.delete(id);
      })
      .catch((error: unknown) => {
        this.refusal = (error as { code?: string }).code;
      });
  }
}

/** An AppMaster as it was started on a fake node: it knows what its environment says. */
export class FakeAppMaster {
  readonly allocated: AllocatedContainer[] = [];
  readonly completed: CompletedContainer[] = [];
  readonly notices: PreemptionNotice[] = [];
  readonly nodeUpdates: { nodeId: string; state: string }[] = [];
  previous: AllocatedContainer[] = [];
  registrations = 0;
  refused = false;
  shutdownReason: string | undefined;
  readonly applicationId: string;
  readonly attemptId: string;
  readonly client;

  constructor(url: () => string, context: LaunchContext, reregister = true) {
    const { environment } = context;
    this.applicationId = environment['WEFT_APPLICATION_ID'] ?? '';
    this.attemptId = environment['WEFT_ATTEMPT_ID'] ?? '';
    this.client = new RpcClient({
      protocol: appMasterProtocol,
      address: url,
      token: () => environment['WEFT_ATTEMPT_TOKEN'],
      clock: systemClock,
      log: silentLogger(),
      maxBackoffMs: 50,
      handlers: {
        containers: ({ allocated, completed }) => {
          this.allocated.push(...allocated);
          this.completed.push(...completed);
        },
        shutdown: ({ reason }) => {
          this.shutdownReason = reason;
        },
        preemption: ({ containers }) => {
          this.notices.push(...containers);
        },
        nodeUpdate: (update) => {
          this.nodeUpdates.push(update);
        },
      },
      onConnected: (resumed) => {
        if (!resumed && (reregister || this.registrations === 0)) this.register();
      },
      onRefused: () => {
        this.refused = true;
      },
    }).start();
  }

  register(): void {
    void this.client.session
      .call('register', {
        host: '127.0.0.1',
        rpcPort: 4711,
        trackingUrl: '',
        pid: 2,
        containers: this.held(),
      })
      .then(({ previousContainers }) => {
        this.previous = previousContainers;
        this.registrations++;
      })
      .catch(() => undefined);
  }

  held(): string[] {
    const ended = new Set(this.completed.map(({ containerId }) => containerId));
    const ids = [...this.previous, ...this.allocated].map(({ containerId }) => containerId);
    return [...new Set(ids)].filter((id) => !ended.has(id));
  }

  async ask(numContainers: number, memoryMb: number, releases: string[] = []) {
    return this.client.session.call('allocate', {
      asks: [{ priority: 1, resourceName: '*', resource: { memoryMb, vcores: 1 }, numContainers, relaxLocality: true }],
      releases,
      blacklistAdditions: [],
      blacklistRemovals: [],
    });
  }

  async finish(finalStatus: 'SUCCEEDED' | 'FAILED' | 'KILLED' = 'SUCCEEDED', diagnostics = ''): Promise<void> {
    await this.client.session.call('finish', { finalStatus, diagnostics, trackingUrl: '', events: [] });
  }
}

export async function http(
  rm: { url: string },
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
  const response = await fetch(rm.url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    headers: response.headers,
  };
}

export function submissionOf(id: string, changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    'application-id': id,
    'application-name': 'test',
    queue: 'default',
    'application-type': 'Weft',
    resource: { memory: 256, vCores: 1 },
    'am-container-spec': { commands: { command: "{{NODE}} '{{WEFT_DIST}}/appmaster.mjs' <LOG_DIR>" } },
    ...changes,
  };
}

/** Submits an application and returns its id. */
export async function submit(rm: { url: string }, changes: Record<string, unknown> = {}): Promise<string> {
  const created = await http(rm, 'POST', '/ws/v1/cluster/apps/new-application');
  const id = created.body['application-id'] as string;
  const answer = await http(rm, 'POST', '/ws/v1/cluster/apps?user.name=ada', submissionOf(id, changes));
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  return id;
}

export async function appOf(rm: { url: string }, id: string): Promise<Record<string, unknown>> {
  return (await http(rm, 'GET', `/ws/v1/cluster/apps/${id}`)).body['app'] as Record<string, unknown>;
}

export async function untilState(rm: { url: string }, id: string, state: string): Promise<Record<string, unknown>> {
  return until(`${id} to be ${state}`, async () => {
    const app = await appOf(rm, id);
    return app['state'] === state && app;
  });
}

export { ManualClock, type PolicyFiles };
