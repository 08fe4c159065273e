/** A NodeManager with a home of its own and a ResourceManager that only records what it is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { stoppedBy } from '../../nodemanager/containers/exit-reason.js';
import { NodeManager } from '../../nodemanager/node-manager.js';
import { nodeSettings } from '../../nodemanager/settings.js';
import { sha256 } from '../../runtime/common/blobs/blob-store.js';
import { systemClock, sleep } from '../../runtime/common/clock.js';
import { WeftHome, writeJsonAtomically } from '../../runtime/common/home.js';
import { startHttpServer, type HttpServer } from '../../runtime/common/http/server.js';
import { silentLogger } from '../../runtime/common/log/logger.js';
import { newTokenKey, signToken, verifyToken, type TokenClaims } from '../../runtime/common/security/token.js';
import type { ParamsOf } from '../../runtime/common/wire/protocol.js';
import { nodeProtocol } from '../../runtime/common/wire/protocols/nodemanager-resourcemanager.js';
import { EXIT_STATUS, type ExitReason } from '../../runtime/common/wire/protocols/exit-reason.js';
import type { ContainerStatus, LaunchContext } from '../../runtime/common/wire/protocols/shared.js';
import type { RpcPeer } from '../../runtime/common/wire/server.js';

export const APPLICATION = 'application_1700000000000_0001';

export function container(sequence: number, application = 1): string {
  return `container_1700000000000_${String(application).padStart(4, '0')}_01_${String(sequence).padStart(6, '0')}`;
}

/** A program of Node in a container. */
export function nodeProgram(code: string, ...words: string[]): LaunchContext {
  return { command: ['{{NODE}}', '-e', code, ...words], environment: {}, localResources: [] };
}

export const RESOURCE = { memoryMb: 512, vcores: 1 };

/** A stop that an AppMaster asked for. */
export function stopOf(reason: string): ExitReason {
  return stoppedBy('appmaster', EXIT_STATUS.stoppedByAppMaster, reason);
}

/** Waits until the condition holds. */
export async function until<T>(what: string, condition: () => T | undefined | false, timeoutMs = 10_000): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + timeoutMs;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`waited in vain for: ${what}`);
    await sleep(systemClock, 5);
  }
}

type NodePeer = RpcPeer<typeof nodeProtocol.client, typeof nodeProtocol.server, string>;

export class FakeResourceManager {
  readonly registrations: ParamsOf<typeof nodeProtocol.server, 'register'>[] = [];
  readonly statuses: ContainerStatus[] = [];
  readonly blobs = new Map<string, Buffer>();
  readonly containerKey = newTokenKey();
  blobRequests = 0;
  farewells = 0;
  /** As it was told last. */
  health: { healthy: boolean; healthReport: string } | undefined;
  peer: NodePeer | undefined;
  private server: HttpServer | undefined;

  constructor(private readonly home: WeftHome) {}

  async start(port = 0): Promise<void> {
    const clusterKey = newTokenKey();
    mkdirSync(dirname(this.home.clusterKeyFile), { recursive: true });
    writeFileSync(this.home.clusterKeyFile, clusterKey);
    this.server = await startHttpServer({
      port,
      log: silentLogger(),
      configure: (app, rpc) => {
        app.get<{ Params: { hash: string } }>('/weft/v1/blobs/:hash', async ({ params }, reply) => {
          this.blobRequests++;
          const blob = this.blobs.get(params.hash);
          return blob === undefined ? reply.status(404).send('no such blob') : reply.send(blob);
        });
        rpc.register({
          protocol: nodeProtocol,
          clock: systemClock,
          log: silentLogger(),
          authenticate: (token) => verifyToken([clusterKey], 'node', token, systemClock.nowMs()).subject,
          onSession: (peer) => {
            this.peer = peer;
            return {
              register: (params) => {
                this.registrations.push(params);
                this.statuses.push(...params.containers);
                return {
                  leader: { cluster: 1, epoch: 0 },
                  heartbeatIntervalMs: 100,
                  expiryIntervalMs: 5000,
                  tokenKeys: [this.containerKey],
                  containersToStop: [],
                };
              },
              heartbeat: ({ containers, healthy, healthReport }) => {
                this.health = { healthy, healthReport };
                this.statuses.push(...containers);
                return {};
              },
              unregister: () => {
                this.farewells++;
                return {};
              },
            };
          },
        });
      },
    });
    const record = { role: 'resourcemanager', pid: process.pid, url: this.server.url, startedMs: 0 };
    writeJsonAtomically(this.home.clusterFile('resourcemanager'), record);
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }

  /** Stores a file and describes it as a local resource. */
  ship(path: string, content: string): { path: string; sha256: string; sizeBytes: number } {
    const bytes = Buffer.from(content);
    const hash = sha256(bytes);
    this.blobs.set(hash, bytes);
    return { path, sha256: hash, sizeBytes: bytes.length };
  }

  containerToken(containerId: string, nodeId: string, allocated: Partial<Allocated> = {}): string {
    return signToken(this.containerKey, {
      kind: 'container',
      subject: containerId,
      expiresMs: systemClock.nowMs() + 60_000,
      container: { nodeId, user: 'anna', resource: { memoryMb: 512, vcores: 1 }, ...allocated },
    });
  }

  /** The last status that was told of a container in this state. */
  heardOf(containerId: string, state: ContainerStatus['state']): ContainerStatus | undefined {
    return this.statuses.findLast((status) => status.containerId === containerId && status.state === state);
  }
}

type Allocated = NonNullable<TokenClaims['container']>;

export class TestNode {
  readonly path = mkdtempSync(join(tmpdir(), 'weft-nm-'));
  readonly home = new WeftHome(this.path);
  readonly resourceManager = new FakeResourceManager(this.home);
  manager: NodeManager;

  private constructor(site: string) {
    mkdirSync(join(this.path, 'conf'), { recursive: true });
    writeFileSync(join(this.path, 'conf', 'yarn-site.xml'), `<configuration>${site}</configuration>`);
    this.manager = this.newManager();
  }

  /** @param properties of yarn-site.xml */
  static async start(properties: Record<string, string> = {}): Promise<TestNode> {
    const site = Object.entries(properties)
      .map(([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`)
      .join('');
    const node = new TestNode(site);
    await node.resourceManager.start();
    await node.manager.start();
    await until('registration', () => node.resourceManager.registrations.length > 0);
    return node;
  }

  async startContainer(containerId: string, context: LaunchContext, memoryMb = RESOURCE.memoryMb): Promise<void> {
    await this.manager.containers.start({ containerId, user: 'anna', resource: { memoryMb, vcores: 1 }, context });
  }

  /** As after a kill -9: a new object on the same home, containers left alone. */
  async killAndRestart(meanwhile: () => Promise<void> = async () => {}): Promise<void> {
    await this.manager.detach();
    await meanwhile();
    this.manager = this.newManager();
    await this.manager.start();
  }

  get logs(): (containerId: string, file: string) => string {
    return (containerId, file) => join(this.home.nodeManagerDir(0), 'logs', APPLICATION, containerId, file);
  }

  workingDir(containerId: string): string {
    return join(this.home.nodeManagerDir(0), 'local', 'apps', APPLICATION, containerId);
  }

  async close(): Promise<void> {
    await this.manager.stop();
    await this.resourceManager.stop();
    rmSync(this.path, { recursive: true, force: true });
  }

  private newManager(): NodeManager {
    return new NodeManager({
      home: this.home,
      index: 0,
      settings: nodeSettings({ home: this.path, conf: join(this.path, 'conf'), index: 0, memoryMb: 4096, vcores: 8 }),
      clock: systemClock,
      log: silentLogger(),
      version: 'test',
      distDir: '/weft/dist/roles',
    });
  }
}
