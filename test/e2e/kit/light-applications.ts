/**
 * Many applications at little cost: the processes in their containers are real (`sleep`), their AppMasters all live in this
 * process and speak for them with the environment that their NodeManager made.
 */
import { systemClock } from '../../../runtime/common/clock.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { dialWebSocket } from '../../../runtime/common/wire/websocket.js';
import { AppMasterClient } from '../../../appmaster/client/index.js';
import type { ClusterProcess, TestCluster } from './cluster.js';
import { until } from './until.js';

const SLEEP = ['/bin/sleep', '600'];
const MEMORY_MB = 128;

interface ApplicationView {
  id: string;
  state: string;
  allocatedMB?: number;
}

export class LightApplications {
  private readonly masters = new Map<string, AppMasterClient>();
  readonly shutdowns: string[] = [];
  private stopped = false;

  constructor(
    private readonly cluster: TestCluster,
    /** Of the ResourceManager that leads. */
    private readonly url: () => Promise<string>,
  ) {}

  /** Starts applications of one container beside the AppMaster's, one after another. @returns their ids */
  async submit(count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let index = 0; index < count; index++) ids.push(await this.submitOne());
    return ids;
  }

  /** As a client does: while nobody leads, again and again. */
  async submitOne(): Promise<string> {
    return until('a submission to be taken', async () => {
      const created = (await this.post('/ws/v1/cluster/apps/new-application')) as { 'application-id': string };
      const id = created['application-id'];
      await this.post('/ws/v1/cluster/apps?user.name=ada', {
        'application-id': id,
        'application-name': 'light',
        'application-type': 'Light',
        resource: { memory: MEMORY_MB, vCores: 1 },
        'am-container-spec': { commands: { command: SLEEP.join(' ') } },
      });
      return id;
    });
  }

  /** Speaks for every AppMaster whose process is there and has nobody yet. */
  async adopt(): Promise<void> {
    for (const found of this.appMasters()) {
      const { WEFT_ATTEMPT_ID: attempt = '' } = found.environment;
      if (this.masters.has(attempt) || this.stopped) continue;
      const { client } = await AppMasterClient.register(
        {
          onAllocated: (containers) => {
            for (const container of containers) {
              client.request({ count: 0, memoryMb: MEMORY_MB });
              client.start(container, { command: SLEEP, localResources: [] }).catch(() => undefined);
            }
          },
          onCompleted: () => undefined,
          onShutdown: (reason) => this.shutdowns.push(`${attempt}: ${reason}`),
        },
        {
          ...{ clock: systemClock, dial: dialWebSocket, log: silentLogger(), environment: found.environment },
          exit: () => undefined,
        },
      );
      this.masters.set(attempt, client);
      client.request({ count: 1, memoryMb: MEMORY_MB });
    }
  }

  /** Until each of so many applications has both its processes. */
  async running(count: number): Promise<void> {
    await until(
      `${count} applications to run in two containers each`,
      async () => {
        await this.adopt();
        return this.sleepers().length === 2 * count;
      },
      60_000,
    );
  }

  /** What the ResourceManager says of them, by id. */
  async views(): Promise<Map<string, ApplicationView>> {
    const response = await fetch(`${await this.url()}/ws/v1/cluster/apps`);
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    const { apps } = (await response.json()) as { apps: { app?: ApplicationView[] } };
    return new Map((apps.app ?? []).map((app) => [app.id, app]));
  }

  /** Container → process. */
  containers(): Map<string, number> {
    return new Map(this.sleepers().map(({ pid, environment }) => [environment['WEFT_CONTAINER_ID'] ?? '', pid]));
  }

  /** Their AppMasters say no more; the cluster ends the rest. */
  async finish(): Promise<void> {
    this.stopped = true;
    await Promise.all([...this.masters.values()].map((master) => master.finish('SUCCEEDED').catch(() => undefined)));
  }

  private sleepers(): ClusterProcess[] {
    return this.cluster.processes().filter(({ command }) => command.startsWith(SLEEP[0] ?? ''));
  }

  private appMasters(): ClusterProcess[] {
    return this.sleepers().filter(({ environment }) => environment['WEFT_ATTEMPT_TOKEN'] !== undefined);
  }

  private async post(path: string, body?: unknown): Promise<unknown> {
    const response = await fetch((await this.url()) + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
      signal: AbortSignal.timeout(2000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}
