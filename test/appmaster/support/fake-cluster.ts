/** A ResourceManager and a NodeManager that speak the protocols and do what a test tells them. */
import { systemClock } from '../../../runtime/common/clock.js';
import type { ChainEvent } from '../../../runtime/common/events/chain-events.js';
import { startHttpServer, type HttpServer } from '../../../runtime/common/http/server.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { verifyToken } from '../../../runtime/common/security/token.js';
import type { ParamsOf } from '../../../runtime/common/wire/protocol.js';
import {
  appMasterProtocol,
  containerProtocol,
  type AllocatedContainer,
  type ExitReason,
  type LaunchContext,
} from '../../../runtime/common/wire/protocols/index.js';
import type { RpcPeer } from '../../../runtime/common/wire/server.js';

type FromAppMaster = typeof appMasterProtocol.server;
type AppMasterPeer = RpcPeer<typeof appMasterProtocol.client, FromAppMaster, string>;
type ContainerPeer = RpcPeer<typeof containerProtocol.client, typeof containerProtocol.server, string>;

export const KEY = 'ab'.repeat(32);

export class FakeResourceManager {
  private server: HttpServer | undefined;
  private peer: AppMasterPeer | undefined;
  private port = 0;
  private containers = 0;
  readonly registrations: ParamsOf<FromAppMaster, 'register'>[] = [];
  readonly asks: number[] = [];
  readonly releases: string[] = [];
  readonly events: ChainEvent[] = [];
  readonly trackingUrls: string[] = [];
  finished: ParamsOf<FromAppMaster, 'finish'> | undefined;
  heartbeats = 0;
  pendingReason: string | undefined;
  previousContainers: AllocatedContainer[] = [];
  maximumResource = { memoryMb: 8192, vcores: 4 };
  /** Allocates what is asked for, at once, on this node. */
  autoAllocateOn: FakeNodeManager | undefined;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.server = await startHttpServer({
      port: this.port,
      log: silentLogger(),
      configure: (_app, rpc) => {
        rpc.register({
          protocol: appMasterProtocol,
          clock: systemClock,
          log: silentLogger(),
          authenticate: (token) => verifyToken([KEY], 'attempt', token, Date.now()).subject,
          onSession: (peer) => {
            this.peer = peer;
            return this.handlers();
          },
        });
      },
    });
    this.port = this.server.port;
  }

  /** The process dies: sessions are forgotten; the next `start` takes the same port. */
  async stop(): Promise<void> {
    await this.server?.close();
    this.server = undefined;
  }

  container(node: FakeNodeManager): AllocatedContainer {
    return node.container(++this.containers);
  }

  push(allocated: AllocatedContainer[], completed: { containerId: string; exit: ExitReason }[] = []): void {
    this.peer?.session.notify('containers', { allocated, completed });
  }

  nodeUpdate(node: FakeNodeManager, state: 'SUSPECT' | 'RUNNING' | 'LOST'): void {
    this.peer?.session.notify('nodeUpdate', { nodeId: node.id, state, httpAddress: node.url });
  }

  shutdown(reason: string): void {
    this.peer?.session.notify('shutdown', { reason });
  }

  private handlers(): { [K in keyof FromAppMaster]: (params: ParamsOf<FromAppMaster, K>) => never } {
    const handlers = {
      register: (params: ParamsOf<FromAppMaster, 'register'>) => {
        this.registrations.push(params);
        return {
          maximumResource: this.maximumResource,
          minimumResource: { memoryMb: 1, vcores: 1 },
          queue: 'default',
          leader: { cluster: 1, epoch: 0 },
          heartbeatIntervalMs: 1000,
          expiryIntervalMs: 10_000,
          previousContainers: this.previousContainers,
        };
      },
      allocate: ({ asks, releases }: ParamsOf<FromAppMaster, 'allocate'>) => {
        this.asks.push(...asks.map(({ numContainers }) => numContainers));
        this.releases.push(...releases);
        const node = this.autoAllocateOn;
        const count = asks.at(-1)?.numContainers ?? 0;
        if (node !== undefined && count > 0) this.push(Array.from({ length: count }, () => this.container(node)));
        const reason = this.pendingReason;
        return {
          headroom: { memoryMb: 0, vcores: 0 },
          nodes: 1,
          ...(reason === undefined ? {} : { pendingReason: reason }),
        };
      },
      heartbeat: ({ events }: ParamsOf<FromAppMaster, 'heartbeat'>) => {
        this.heartbeats++;
        this.events.push(...events);
        return {};
      },
      trackingUrl: ({ trackingUrl }: ParamsOf<FromAppMaster, 'trackingUrl'>) => {
        this.trackingUrls.push(trackingUrl);
        return {};
      },
      finish: (params: ParamsOf<FromAppMaster, 'finish'>) => {
        this.events.push(...params.events);
        this.finished = params;
        return {};
      },
    };
    return handlers as never;
  }
}

export class FakeNodeManager {
  private server: HttpServer | undefined;
  private peer: ContainerPeer | undefined;
  readonly started: { containerId: string; context: LaunchContext }[] = [];
  readonly stopped: string[] = [];
  /** Answers every start with this error. */
  refuseWith: string | undefined;

  get id(): string {
    return `127.0.0.1:${this.server?.port ?? 0}`;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  async start(): Promise<void> {
    this.server = await startHttpServer({
      port: 0,
      log: silentLogger(),
      configure: (_app, rpc) => {
        rpc.register({
          protocol: containerProtocol,
          clock: systemClock,
          log: silentLogger(),
          authenticate: (token) => token ?? '',
          onSession: (peer) => {
            this.peer = peer;
            return {
              startContainer: ({ token, context }) => {
                if (this.refuseWith !== undefined) throw new Error(this.refuseWith);
                this.started.push({ containerId: token, context });
                return {};
              },
              stopContainer: ({ containerId }) => {
                this.stopped.push(containerId);
                this.complete(containerId, 'stopped');
                return {};
              },
            };
          },
        });
      },
    });
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }

  /** The token of a container is its own id here. */
  container(sequence: number): AllocatedContainer {
    const containerId = `container_1700000000000_0001_01_${String(sequence + 1).padStart(6, '0')}`;
    return {
      containerId,
      nodeId: this.id,
      nodeHttpAddress: this.url,
      resource: { memoryMb: 1024, vcores: 1 },
      priority: 1,
      token: containerId,
    };
  }

  complete(containerId: string, kind: ExitReason['kind'], diagnostics: string = kind): void {
    this.peer?.session.notify('containerStatus', {
      containerId,
      state: 'COMPLETE',
      resource: { memoryMb: 1024, vcores: 1 },
      exit: { kind, exitStatus: 1, diagnostics },
    });
  }
}
