/** A cluster whose two ResourceManagers stand by for each other, and which of them leads. */
import { createServer, type AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import { readJson, type RoleRecord } from '../../../runtime/common/home.js';
import { TestCluster } from './cluster.js';
import { until } from './until.js';

interface State {
  id: string;
  state: 'active' | 'standby';
}

export class TwoResourceManagers {
  private constructor(
    readonly cluster: TestCluster,
    private readonly urls: readonly string[],
  ) {}

  /** @param yarnSite further keys */
  static async start(t: ExecutionContext, yarnSite: Record<string, string> = {}): Promise<TwoResourceManagers> {
    const ports = await freePorts(2);
    const cluster = await TestCluster.start(t, {
      nodes: 2,
      yarnSite: {
        'yarn.nodemanager.resource.memory-mb': '65536',
        'yarn.nodemanager.resource.cpu-vcores': '1000',
        'yarn.scheduler.minimum-allocation-mb': '128',
        'yarn.resourcemanager.ha.enabled': 'true',
        'yarn.resourcemanager.ha.rm-ids': 'rm1,rm2',
        'yarn.resourcemanager.webapp.address.rm1': `127.0.0.1:${ports[0]}`,
        'yarn.resourcemanager.webapp.address.rm2': `127.0.0.1:${ports[1]}`,
        ...yarnSite,
      },
    });
    return new TwoResourceManagers(
      cluster,
      ports.map((port) => `http://127.0.0.1:${port}`),
    );
  }

  urlOf(id: string): string {
    return this.urls[Number(id.slice(2)) - 1] ?? '';
  }

  /** What each says that answers. */
  async states(): Promise<State[]> {
    const answers = this.urls.map(async (url) => {
      const response = await fetch(`${url}/weft/v1/ha`, { signal: AbortSignal.timeout(300) });
      return (await response.json()) as State;
    });
    const settled = await Promise.allSettled(answers);
    return settled.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  }

  /** The one that leads, once exactly one does. @param but not this one */
  async leader(but?: string): Promise<string> {
    return until('one ResourceManager to lead', async () => {
      const active = (await this.states()).filter(({ state }) => state === 'active');
      const [one] = active;
      return active.length === 1 && one !== undefined && one.id !== but && one.id;
    });
  }

  async leaderUrl(): Promise<string> {
    return this.urlOf(await this.leader());
  }

  async untilStandby(id: string): Promise<void> {
    await until(`${id} to stand by`, async () =>
      (await this.states()).some((one) => one.id === id && one.state === 'standby'),
    );
  }

  pidOf(id: string): number {
    return readJson<RoleRecord>(`${this.cluster.home}/cluster/resourcemanager-${id}.json`)?.pid ?? 0;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
