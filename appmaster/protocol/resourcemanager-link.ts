/**
 * The AppMaster's tie to the ResourceManager. Registers, and registers again by itself when the ResourceManager was
 * restarted; keeps what is to be said (asks, releases, events) until it was heard. Losing the ResourceManager stops nothing.
 */
import type { Clock } from '../../runtime/common/clock.js';
import { sleep } from '../../runtime/common/clock.js';
import { WeftError, asWeftError, hasCode } from '../../runtime/common/errors/index.js';
import { addressesOf } from '../../runtime/common/http/addresses.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { RpcClient } from '../../runtime/common/wire/client.js';
import type { Dial } from '../../runtime/common/wire/connection.js';
import { LeaderEpochs } from '../../runtime/common/wire/leader-epochs.js';
import type { ParamsOf, ResultOf } from '../../runtime/common/wire/protocol.js';
import {
  appMasterProtocol,
  type AllocatedContainer,
  type FinalStatus,
  type ResourceRequest,
  type PreemptionNotice,
} from '../../runtime/common/wire/protocols/index.js';
import type { EventOutbox } from '../event-outbox.js';

export type Registration = ResultOf<typeof appMasterProtocol.server, 'register'>;
type FromResourceManager = typeof appMasterProtocol.client;

export interface ResourceManagerLinkOptions {
  /** Of the ResourceManager; of several, separated by commas, the one that leads is found. */
  url: string;
  /** The first one; the ResourceManager sends others in time. */
  attemptToken: string;
  host: string;
  dial: Dial;
  clock: Clock;
  log: Logger;
  outbox: EventOutbox;
  heartbeatIntervalMs: number;
  /** What to say when registering: asked anew each time. */
  self(): { rpcPort: number; trackingUrl: string; containers: string[] };
  /** Between 0 and 1. */
  progress(): number;
  onRegistered(registration: Registration, first: boolean): void;
  onContainers(params: ParamsOf<FromResourceManager, 'containers'>): void;
  onNodeUpdate(params: ParamsOf<FromResourceManager, 'nodeUpdate'>): void;
  /** Containers that will be taken unless they are given back before. */
  onPreemption(notices: readonly PreemptionNotice[]): void;
  /** Why containers that were asked for do not come. */
  onPending(reason: string): void;
  onShutdown(reason: string): void;
  /** This attempt is over for the ResourceManager. */
  onRefused(error: WeftError): void;
}

export class ResourceManagerLink {
  private readonly client: RpcClient<typeof appMasterProtocol.client, typeof appMasterProtocol.server>;
  private readonly leaders = new LeaderEpochs();
  /** Where another ResourceManager may have taken over from one that is silent, it is looked for soon. */
  private readonly callTimeoutMs: number;
  private attemptToken: string;
  private registered = false;
  private everRegistered = false;
  private beating = false;
  private flushing = false;
  /** What is outstanding, by priority, place, size and label; those that were not heard yet are `unsaid`. */
  private readonly asks = new Map<string, ResourceRequest>();
  private readonly unsaid = new Set<string>();
  private readonly releases = new Set<string>();
  private cancelHeartbeat: (() => void) | undefined;
  private readonly waitingForRegistration: (() => void)[] = [];

  constructor(private readonly options: ResourceManagerLinkOptions) {
    this.attemptToken = options.attemptToken;
    this.callTimeoutMs = addressesOf(options.url).length > 1 ? 1500 : 10_000;
    this.client = new RpcClient({
      protocol: appMasterProtocol,
      address: () => options.url,
      token: () => this.attemptToken,
      dial: options.dial,
      clock: options.clock,
      log: options.log,
      maxBackoffMs: 500,
      handlers: {
        containers: (params) => {
          for (const container of params.allocated) this.answered(container);
          options.onContainers(params);
        },
        shutdown: ({ reason }) => {
          options.onShutdown(reason);
        },
        preemption: ({ containers }) => {
          options.onPreemption(containers);
        },
        nodeUpdate: (params) => {
          options.onNodeUpdate(params);
        },
      },
      onConnected: (resumed) => {
        if (!resumed) void this.register();
      },
      onDisconnected: () => {
        options.log.warn('lost the ResourceManager; what runs goes on');
      },
      onRefused: (error) => {
        options.onRefused(error);
      },
    });
  }

  start(): void {
    this.client.start();
    this.cancelHeartbeat = this.options.clock.every(this.options.heartbeatIntervalMs, () => void this.beat());
  }

  /** Replaces the number of outstanding containers of this priority, place and size. */
  ask(request: ResourceRequest): void {
    const { priority, resourceName, resource, label } = request;
    const key = JSON.stringify([priority, resourceName, resource, label]);
    this.asks.set(key, request);
    this.unsaid.add(key);
    this.flushSoon();
  }

  /** A container came for one of the asks: a ResourceManager that is told of them anew owes one less. */
  private answered({ priority, nodeId }: AllocatedContainer): void {
    for (const [key, ask] of this.asks) {
      const { resourceName, numContainers } = ask;
      const isItsPlace = resourceName === '*' || nodeId.startsWith(`${resourceName}:`);
      if (ask.priority === priority && isItsPlace && numContainers > 0) {
        this.asks.set(key, { ...ask, numContainers: numContainers - 1 });
      }
    }
  }

  private get waits(): boolean {
    return [...this.asks.values()].some(({ numContainers }) => numContainers > 0);
  }

  release(containerId: string): void {
    this.releases.add(containerId);
    this.flushSoon();
  }

  setTrackingUrl(trackingUrl: string): void {
    // A ResourceManager that is not there hears it with the next registration.
    if (!this.registered) return;
    this.client.session.call('trackingUrl', { trackingUrl }).catch((error: unknown) => {
      this.options.log.warn({ err: error }, 'could not tell the address of the JobManager');
    });
  }

  /** Sends a heartbeat now, with the events that wait. */
  async beat(): Promise<void> {
    const { session } = this.client;
    if (!this.registered || !session.connected || this.beating) return;
    this.beating = true;
    try {
      await this.options.outbox.deliver(async (events) => {
        const params = { progress: this.options.progress(), events };
        const { attemptToken } = await session.call('heartbeat', params, { timeoutMs: this.callTimeoutMs });
        if (attemptToken !== undefined) this.attemptToken = attemptToken;
      });
      // Asks are on the table of the Scheduler; this only fetches why they wait.
      if (this.waits) await this.allocate();
    } catch (error) {
      this.options.log.warn({ err: error }, 'a heartbeat to the ResourceManager failed');
      if (hasCode(error, 'WIRE_TIMEOUT')) this.client.reconnect();
    } finally {
      this.beating = false;
    }
  }

  /**
   * Ends the application. Waits for a ResourceManager that is away, because one that does not hear of the end would start
   * the application again.
   * @throws the last error when it was not heard within `patienceMs`
   */
  async finish(finalStatus: FinalStatus, diagnostics: string, patienceMs: number): Promise<void> {
    const { clock, outbox } = this.options;
    this.cancelHeartbeat?.();
    const deadlineMs = clock.monotonicMs() + patienceMs;
    for (;;) {
      try {
        await this.whenRegistered(deadlineMs);
        await outbox.deliver((events) =>
          this.client.session.call('finish', { finalStatus, diagnostics, trackingUrl: '', events }),
        );
        return;
      } catch (error) {
        if (asWeftError(error).retry === 'no' || clock.monotonicMs() >= deadlineMs) throw error;
        await sleep(clock, 100);
      }
    }
  }

  close(): void {
    this.cancelHeartbeat?.();
    this.client.close();
  }

  private async register(): Promise<void> {
    this.registered = false;
    const { log, host, clock } = this.options;
    try {
      const registration = await this.client.session.call(
        'register',
        {
          host,
          pid: process.pid,
          ...this.options.self(),
        },
        { timeoutMs: this.callTimeoutMs },
      );
      if (this.leaders.isStale(registration.leader)) {
        log.warn({ leader: registration.leader }, 'a ResourceManager answered that had been replaced');
        this.client.reconnect();
        return;
      }
      const first = !this.everRegistered;
      this.registered = true;
      this.everRegistered = true;
      log.info({ first, queue: registration.queue }, 'registered with the ResourceManager');
      for (const resolve of this.waitingForRegistration.splice(0)) resolve();
      // It may be another ResourceManager, which knows of no ask.
      for (const [key, { numContainers }] of this.asks) if (numContainers > 0) this.unsaid.add(key);
      this.options.onRegistered(registration, first);
      void this.flush();
      void this.beat();
    } catch (error) {
      log.warn({ err: error }, 'could not register with the ResourceManager');
      const { retry } = asWeftError(error);
      if (retry === 'no') this.options.onRefused(asWeftError(error));
      // A restart of the ResourceManager begins a registration of its own; an answer that never came does not.
      else if (hasCode(error, 'WIRE_TIMEOUT')) {
        this.client.reconnect();
        clock.after(500, () => void this.register());
      }
    }
  }

  /** Asks and releases of one turn go out together. */
  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      void this.flush();
    });
  }

  private async flush(): Promise<void> {
    if (!this.registered || (this.unsaid.size === 0 && this.releases.size === 0)) return;
    try {
      await this.allocate();
    } catch (error) {
      this.options.log.warn({ err: error }, 'could not ask for containers');
      if (hasCode(error, 'RM_ASK_TOO_LARGE')) this.options.onPending(asWeftError(error).message);
    }
  }

  private async allocate(): Promise<void> {
    const releases = [...this.releases];
    const saying = [...this.unsaid];
    this.unsaid.clear();
    this.releases.clear();
    try {
      const { pendingReason } = await this.client.session.call('allocate', {
        asks: saying.map((key) => this.asks.get(key)).filter((request) => request !== undefined),
        releases,
        blacklistAdditions: [],
        blacklistRemovals: [],
      });
      if (pendingReason !== undefined && this.waits) this.options.onPending(pendingReason);
    } catch (error) {
      for (const containerId of releases) this.releases.add(containerId);
      for (const key of saying) this.unsaid.add(key);
      throw error;
    }
  }

  private async whenRegistered(deadlineMs: number): Promise<void> {
    if (this.registered) return;
    const { clock } = this.options;
    await new Promise<void>((resolve, reject) => {
      const cancel = clock.after(Math.max(0, deadlineMs - clock.monotonicMs()), () => {
        reject(new WeftError('UNREACHABLE', `The ResourceManager at ${this.options.url} does not answer.`));
      });
      this.waitingForRegistration.push(() => {
        cancel();
        resolve();
      });
    });
  }
}
