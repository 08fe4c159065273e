/** An AppMaster that does nothing but ask for containers and give them back, each second. */
import { systemClock } from '../../runtime/common/clock.js';
import { ENV } from '../../runtime/common/environment.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { RpcClient } from '../../runtime/common/wire/client.js';
import { appMasterProtocol } from '../../runtime/common/wire/protocols/index.js';

const CONTAINER = { memoryMb: 1024, vcores: 1 };
/** Asked for each second, and given back once that many more are there. */
const PER_ROUND = 10;
const HELD = 100;
const ROUND_MS = 1000;

export class AskingMaster {
  /** Containers that it got so far. */
  received = 0;
  private readonly held: string[] = [];
  private readonly client: RpcClient<typeof appMasterProtocol.client, typeof appMasterProtocol.server>;

  constructor(
    environment: Readonly<Record<string, string>>,
    private readonly host: string,
    log: Logger,
  ) {
    this.client = new RpcClient({
      ...{ protocol: appMasterProtocol, clock: systemClock, log },
      address: () => environment[ENV.resourceManagerUrl] ?? '',
      token: () => environment[ENV.attemptToken],
      handlers: {
        containers: ({ allocated }) => {
          this.received += allocated.length;
          this.held.push(...allocated.map(({ containerId }) => containerId));
        },
        preemption: () => undefined,
        shutdown: () => undefined,
        nodeUpdate: () => undefined,
      },
    });
  }

  start(): void {
    this.client.start();
    void this.client.session
      .call('register', { host: this.host, rpcPort: 1, trackingUrl: '', pid: process.pid, containers: [] })
      .then(() => systemClock.every(ROUND_MS, () => void this.round()));
  }

  private async round(): Promise<void> {
    const releases = this.held.splice(0, Math.max(0, this.held.length - HELD));
    const ask = { priority: 1, resourceName: '*', resource: CONTAINER, numContainers: PER_ROUND, relaxLocality: true };
    const { session } = this.client;
    await session.call('allocate', { asks: [ask], releases, blacklistAdditions: [], blacklistRemovals: [] });
    await session.call('heartbeat', { progress: 0, events: [] });
  }
}
