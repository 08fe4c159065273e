/**
 * The NodeManager's side of its connection to the ResourceManager: registers (again after every restart of either
 * side) with all it runs, sends heartbeats with what changed, and carries out what it is told.
 */
import type { Clock } from '../../runtime/common/clock.js';
import { hasCode } from '../../runtime/common/errors/index.js';
import { addressesOf } from '../../runtime/common/http/addresses.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { RpcClient } from '../../runtime/common/wire/client.js';
import type { Dial } from '../../runtime/common/wire/connection.js';
import { LeaderEpochs } from '../../runtime/common/wire/leader-epochs.js';
import type { Handlers, ParamsOf, ResultOf } from '../../runtime/common/wire/protocol.js';
import { nodeProtocol } from '../../runtime/common/wire/protocols/nodemanager-resourcemanager.js';
import { EXIT_STATUS } from '../../runtime/common/wire/protocols/exit-reason.js';
import type { ContainerManager } from '../containers/container-manager.js';
import { stoppedBy } from '../containers/exit-reason.js';
import type { Health } from '../health/disk-health.js';
import { StatusDeltas } from './status-deltas.js';

export type Registration = ResultOf<typeof nodeProtocol.server, 'register'>;

export interface ResourceManagerLinkOptions {
  /** Where it is now; asked before each attempt. */
  address(): string | Promise<string>;
  token(): string;
  readonly node: Omit<ParamsOf<typeof nodeProtocol.server, 'register'>, 'containers'>;
  readonly containers: ContainerManager;
  readonly dial: Dial;
  readonly clock: Clock;
  readonly log: Logger;
  usedMemoryMb(): number;
  health(): Health;
  onRegistered(registration: Registration): void;
  onTokenKeys(keys: string[]): void;
  onApplicationFinished(applicationId: string): void;
  /** It does not accept our cluster key. */
  onRefused(error: Error): void;
}

const CALL_TIMEOUT_MS = 10_000;
/** Pause of a node that was sent away before it asks whether it may come back. */
const EXCLUDED_RETRY_MS = 2000;
/** Where another ResourceManager may have taken over from one that is silent, it is looked for this soon. */
const CALL_TIMEOUT_OF_SEVERAL_MS = 1500;
/** How long an ordered stop waits for the last heartbeat. */
const FAREWELL_TIMEOUT_MS = 500;

export class ResourceManagerLink {
  private readonly client: RpcClient<typeof nodeProtocol.client, typeof nodeProtocol.server>;
  private readonly deltas = new StatusDeltas();
  private readonly leaders = new LeaderEpochs();
  private readonly unsubscribe: () => void;
  private cancelHeartbeats: (() => void) | undefined;
  private callTimeoutMs = CALL_TIMEOUT_MS;
  private registered = false;
  /** The ResourceManager does not want this node. */
  private isAway = false;
  private beating = false;
  private beatAgain = false;

  constructor(private readonly options: ResourceManagerLinkOptions) {
    const { clock, dial, log } = options;
    this.client = new RpcClient({
      protocol: nodeProtocol,
      address: async () => {
        const address = await options.address();
        this.callTimeoutMs = addressesOf(address).length > 1 ? CALL_TIMEOUT_OF_SEVERAL_MS : CALL_TIMEOUT_MS;
        return address;
      },
      token: () => options.token(),
      handlers: this.handlers(),
      dial,
      clock,
      log,
      maxBackoffMs: 250,
      onConnected: (resumed) => {
        if (!resumed) void this.register();
      },
      onDisconnected: () => {
        log.warn('the connection to the ResourceManager broke; containers go on');
      },
      onRefused: (error) => {
        options.onRefused(error);
      },
    });
    this.unsubscribe = options.containers.onChange(() => {
      this.beat();
    });
  }

  start(): void {
    this.client.start();
  }

  /** Tells what has ended, if the ResourceManager listens, and closes. */
  async stop(): Promise<void> {
    this.cancelHeartbeats?.();
    if (this.registered && this.client.session.connected) {
      await this.heartbeat(FAREWELL_TIMEOUT_MS).catch(() => undefined);
      await this.client.session.call('unregister', {}, { timeoutMs: FAREWELL_TIMEOUT_MS }).catch(() => undefined);
    }
    this.close();
  }

  /** Closes without a word. */
  close(): void {
    this.unsubscribe();
    this.cancelHeartbeats?.();
    this.client.close();
  }

  private handlers(): Handlers<typeof nodeProtocol.client> {
    const { containers } = this.options;
    return {
      startContainer: async (spec) => {
        await containers.start(spec);
        return {};
      },
      stopContainer: ({ containerId, exit }) => {
        containers.stop(containerId, exit);
      },
      signalContainer: ({ containerId, command }) => {
        containers.signal(containerId, command === 'FORCEFUL_SHUTDOWN' ? 'SIGKILL' : 'SIGTERM', 'user');
      },
      applicationFinished: ({ applicationId }) => {
        this.options.onApplicationFinished(applicationId);
      },
      tokenKeys: ({ keys }) => {
        this.options.onTokenKeys(keys);
      },
      resync: async () => {
        this.options.log.warn('the ResourceManager counts this node as lost: stopping all containers');
        await containers.stopAll('The ResourceManager had given up this node.');
        await this.register();
      },
    };
  }

  private async register(): Promise<void> {
    this.registered = false;
    this.cancelHeartbeats?.();
    const { clock, containers, log, node } = this.options;
    this.deltas.clear();
    // A call waits in the session until the socket is attached, so it is the first that the ResourceManager hears.
    const statuses = containers.list().map((record) => containers.status(record));
    try {
      const params = { ...node, containers: statuses };
      const registration = await this.client.session.call('register', params, { timeoutMs: this.callTimeoutMs });
      if (this.leaders.isStale(registration.leader)) {
        log.warn({ leader: registration.leader }, 'a ResourceManager answered that had been replaced');
        this.client.reconnect();
        return;
      }
      this.registered = true;
      this.isAway = false;
      this.acknowledge(statuses);
      log.info({ nodeId: node.nodeId, containers: statuses.length }, 'registered at the ResourceManager');
      this.options.onRegistered(registration);
      for (const containerId of registration.containersToStop) {
        containers.stop(
          containerId,
          stoppedBy('resourcemanager', EXIT_STATUS.stoppedAfterApplication, 'Its application has ended.'),
        );
      }
      this.cancelHeartbeats = clock.every(registration.heartbeatIntervalMs, () => {
        this.beat();
      });
      this.beat();
    } catch (error) {
      if (hasCode(error, 'RM_NODE_EXCLUDED')) await this.sentAway(error as Error);
      else {
        log.warn({ err: error }, 'could not register at the ResourceManager');
        if (hasCode(error, 'WIRE_TIMEOUT')) this.client.reconnect();
        if (!hasCode(error, 'WIRE_CLOSED')) clock.after(1000, () => void this.registerAgain());
      }
    }
  }

  /** Nothing may run here. It asks again from time to time, because it may be let in again without being restarted. */
  private async sentAway(error: Error): Promise<void> {
    const { clock, containers, log } = this.options;
    if (!this.isAway) log.warn({ reason: error.message }, 'this node is not part of the cluster any more');
    this.isAway = true;
    await containers.stopAll('The node was sent away from the cluster.');
    clock.after(EXCLUDED_RETRY_MS, () => void this.registerAgain());
  }

  private async registerAgain(): Promise<void> {
    if (!this.registered && this.client.session.connected) await this.register();
  }

  /** Sends a heartbeat now, or right after the one that is under way. */
  private beat(): void {
    if (!this.registered || !this.client.session.connected) return;
    if (this.beating) {
      this.beatAgain = true;
      return;
    }
    this.beating = true;
    this.heartbeat(this.callTimeoutMs)
      .catch((error: unknown) => {
        this.options.log.warn({ err: error }, 'a heartbeat was not answered');
        if (hasCode(error, 'WIRE_TIMEOUT')) this.client.reconnect();
      })
      .finally(() => {
        this.beating = false;
        if (!this.beatAgain) return;
        this.beatAgain = false;
        this.beat();
      });
  }

  private async heartbeat(timeoutMs: number): Promise<void> {
    const { containers } = this.options;
    const statuses = this.deltas.changed(containers.list().map((record) => containers.status(record)));
    const { healthy, report } = this.options.health();
    const usedMemoryMb = this.options.usedMemoryMb();
    const params = { containers: statuses, healthy, healthReport: report, usedMemoryMb };
    await this.client.session.call('heartbeat', params, { timeoutMs });
    this.acknowledge(statuses);
  }

  private acknowledge(statuses: Parameters<StatusDeltas['acknowledge']>[0]): void {
    const { containers } = this.options;
    this.deltas.acknowledge(statuses);
    for (const { containerId, state } of statuses) if (state === 'COMPLETE') containers.markReported(containerId);
    this.deltas.retain(new Set(containers.list().map((record) => record.containerId)));
  }
}
