/**
 * The tie between a process in a container and the NodeManager that started it: it stops in order when told, and stops
 * itself when the node is lost for too long, because its resources are given to others by then.
 */
import type { Clock } from '../clock.js';
import { ENV } from '../environment.js';
import type { Logger } from '../log/logger.js';
import { RpcClient } from '../wire/client.js';
import type { Dial } from '../wire/connection.js';
import { livenessProtocol } from '../wire/protocols/container-nodemanager.js';
import type { MemoryParts } from '../wire/protocols/exit-reason.js';

export interface NodeWatchOptions {
  /** @default over WebSockets */
  dial?: Dial;
  clock: Clock;
  log: Logger;
  /** The NodeManager is about to end this container: SIGTERM follows, and SIGKILL after its grace time. */
  onStop(reason: string): void;
  /** The NodeManager was not reached for its loss timeout, or does not know this container any more. Called once. */
  onNodeLost(): void;
  /** What the process plans its memory for, MB: quoted if its container uses too much. */
  memoryPlan?: MemoryParts;
  /** @default process.env */
  environment?: Readonly<Record<string, string | undefined>>;
}

export interface NodeWatch {
  /** Whether the NodeManager can be heard now. Always false in a process that no NodeManager started. */
  isConnected(): boolean;
  close(): void;
}

/** Used until the NodeManager has told its own. */
const INITIAL_LOSS_TIMEOUT_MS = 60_000;
const PINGS_PER_TIMEOUT = 6;

/** Watches the NodeManager named by the environment; does nothing in a process that no NodeManager started. */
export function watchNodeManager(options: NodeWatchOptions): NodeWatch {
  const environment = options.environment ?? process.env;
  const url = environment[ENV.nodeManagerUrl];
  const containerId = environment[ENV.containerId];
  const token = environment[ENV.livenessToken];
  if (url === undefined || containerId === undefined || token === undefined)
    return { isConnected: () => false, close: () => undefined };
  return new Watch(options, url, containerId, token);
}

class Watch implements NodeWatch {
  private readonly client: RpcClient<typeof livenessProtocol.client, typeof livenessProtocol.server>;
  private lossTimeoutMs = INITIAL_LOSS_TIMEOUT_MS;
  private cancelLoss: (() => void) | undefined;
  private cancelPing: (() => void) | undefined;
  private over = false;

  constructor(
    private readonly options: NodeWatchOptions,
    url: string,
    private readonly containerId: string,
    token: string,
  ) {
    this.client = new RpcClient({
      protocol: livenessProtocol,
      address: () => url,
      token: () => token,
      ...(options.dial === undefined ? {} : { dial: options.dial }),
      clock: options.clock,
      log: options.log,
      handlers: {
        stop: ({ reason }) => {
          options.onStop(reason);
        },
      },
      onConnected: (resumed) => {
        this.connected(resumed);
      },
      onDisconnected: () => {
        this.disconnected();
      },
      onRefused: () => {
        this.lost('it does not know this container');
      },
    });
    this.awaitLoss();
    this.client.start();
  }

  isConnected(): boolean {
    return this.client.session.connected;
  }

  close(): void {
    this.over = true;
    this.cancelLoss?.();
    this.cancelPing?.();
    this.client.close();
  }

  private connected(resumed: boolean): void {
    this.cancelLoss?.();
    this.cancelLoss = undefined;
    if (resumed) this.pingLater();
    else void this.greet();
  }

  private async greet(): Promise<void> {
    try {
      const { memoryPlan } = this.options;
      const plan = memoryPlan === undefined ? {} : { memoryPlan };
      const hello = { containerId: this.containerId, pid: process.pid, ...plan };
      this.lossTimeoutMs = (await this.client.session.call('hello', hello)).nodeLossTimeoutMs;
      this.pingLater();
    } catch (error) {
      this.unanswered(error);
    }
  }

  private pingLater(): void {
    this.cancelPing?.();
    if (this.over) return;
    this.cancelPing = this.options.clock.after(this.lossTimeoutMs / PINGS_PER_TIMEOUT, () => void this.ping());
  }

  private async ping(): Promise<void> {
    try {
      await this.client.session.call('ping', {}, { timeoutMs: this.lossTimeoutMs / PINGS_PER_TIMEOUT });
      this.pingLater();
    } catch (error) {
      this.unanswered(error);
    }
  }

  /** A connection that answers nothing is dropped, so that a new one, or the loss timeout, decides. */
  private unanswered(error: unknown): void {
    if (this.over || !this.client.session.connected) return;
    this.options.log.warn({ err: error }, 'the NodeManager does not answer');
    this.client.reconnect();
  }

  private disconnected(): void {
    this.cancelPing?.();
    this.awaitLoss();
  }

  private awaitLoss(): void {
    if (this.over || this.cancelLoss !== undefined) return;
    this.cancelLoss = this.options.clock.after(this.lossTimeoutMs, () => {
      this.lost(`it was not reached for ${this.lossTimeoutMs} ms`);
    });
  }

  private lost(why: string): void {
    if (this.over) return;
    this.close();
    this.options.log.error(`the NodeManager of this container is lost: ${why}`);
    this.options.onNodeLost();
  }
}
