/**
 * Many NodeManagers and their AppMasters in one process: as far as the ResourceManager can tell from its connections,
 * each is a process of its own. Nodes run nothing; an AppMaster that is started asks for containers and returns them.
 */
import { systemClock } from '../../runtime/common/clock.js';
import { WeftHome } from '../../runtime/common/home.js';
import { createLogger } from '../../runtime/common/log/logger.js';
import { nodeId } from '../../runtime/common/ids.js';
import { RpcClient } from '../../runtime/common/wire/client.js';
import { nodeProtocol, type ContainerStatus } from '../../runtime/common/wire/protocols/index.js';
import { VERSION } from '../../runtime/common/version.js';
import { nodeToken } from '../../nodemanager/resourcemanager-address.js';
import { AskingMaster } from './asking-master.js';

const CAPACITY = { memoryMb: 16_384, vcores: 16 };
/** Connections that are opened at a time. */
const AT_ONCE = 50;

const [url = '', homeFolder = '', nodes = '0'] = process.argv.slice(2);
const home = new WeftHome(homeFolder);
const log = createLogger({ role: 'bench-nodes' });
let heartbeats = 0;
const masters: AskingMaster[] = [];

class BeatingNode {
  private readonly id: string;
  private readonly client: RpcClient<typeof nodeProtocol.client, typeof nodeProtocol.server>;
  /** What the next heartbeat tells. */
  private news: ContainerStatus[] = [];

  constructor(private readonly index: number) {
    const id = nodeId(`host${index}`, 1);
    this.id = id;
    this.client = new RpcClient({
      ...{ protocol: nodeProtocol, clock: systemClock, log },
      address: () => url,
      token: () => nodeToken(home, id, systemClock),
      handlers: {
        startContainer: ({ containerId, resource, context }) => {
          this.news.push({ containerId, resource, state: 'RUNNING' });
          const master = new AskingMaster(context.environment, id, log);
          masters.push(master);
          master.start();
          return {};
        },
        stopContainer: () => undefined,
        applicationFinished: () => undefined,
        tokenKeys: () => undefined,
        resync: () => undefined,
        signalContainer: () => undefined,
      },
    });
  }

  /** Connects and registers. @returns how often it is to be heard from, milliseconds */
  async join(): Promise<number> {
    this.client.start();
    const registration = await this.client.session.call('register', {
      ...{
        nodeId: this.id,
        httpAddress: `host${this.index}:2`,
      },
      ...{ resource: CAPACITY, containers: [], version: VERSION, pid: process.pid },
    });
    return registration.heartbeatIntervalMs;
  }

  /** Heartbeats from now on, after its part of the first interval: those of all are spread over it. */
  startBeating(intervalMs: number, total: number): void {
    systemClock.after((this.index / total) * intervalMs, () => {
      systemClock.every(intervalMs, () => void this.beat());
    });
  }

  private async beat(): Promise<void> {
    const containers = this.news;
    this.news = [];
    await this.client.session.call('heartbeat', { containers, healthy: true, healthReport: '', usedMemoryMb: 0 });
    heartbeats++;
  }
}

const total = Number(nodes);
const all = Array.from({ length: total }, (_, index) => new BeatingNode(index));
let intervalMs = 0;
for (let at = 0; at < total; at += AT_ONCE) {
  [intervalMs = 0] = await Promise.all(all.slice(at, at + AT_ONCE).map((node) => node.join()));
}
for (const node of all) node.startBeating(intervalMs, total);
process.send?.('ready');
process.on('message', () => {
  const containers = masters.reduce((sum, { received }) => sum + received, 0);
  process.send?.({ heartbeats, containers });
});
