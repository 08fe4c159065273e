/** The ResourceManager of a simulated cluster: killed and started again, on one store. */
import { silentLogger } from '../../../runtime/common/log/logger.js';
import type { ResourceManagerSettings } from '../../../resourcemanager/config/settings.js';
import { SoleLease } from '../../../resourcemanager/ha/sole-lease.js';
import { ResourceManager } from '../../../resourcemanager/resource-manager.js';
import { NO_POLICY_FILES } from '../../../resourcemanager/scheduler/index.js';
import type { ClusterView } from '../../../resourcemanager/server/cluster-view.js';
import type { Host } from '../kernel/host.js';
import type { SimNetwork } from '../kernel/network.js';
import type { SimProcess } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';
import type { SimStore } from './sim-store.js';

export interface ResourceManagerRoleOptions {
  readonly host: Host;
  readonly network: SimNetwork;
  readonly store: SimStore;
  readonly random: Random;
  readonly settings: ResourceManagerSettings;
  readonly clusterKey: string;
  /** For files that nothing of a simulation is in. */
  readonly folder: string;
}

const PORT = 8088;
/** How long whoever starts dead processes again takes to do so. */
const RESTART_MS = [300, 6000] as const;

export class ResourceManagerRole {
  starts = 0;
  process: SimProcess | undefined;
  private manager: ResourceManager | undefined;

  constructor(private readonly options: ResourceManagerRoleOptions) {}

  get address(): string {
    return `http://${this.options.host.name}:${PORT}`;
  }

  /** What it knows, while it leads. */
  get view(): ClusterView | undefined {
    return this.process?.isAlive === true && this.manager?.isLeading === true ? this.manager.view : undefined;
  }

  start(): void {
    const { host, network, settings, store, clusterKey, folder } = this.options;
    if (!host.isUp || this.process?.isAlive === true) return;
    const process = host.spawn('rm');
    this.process = process;
    this.manager = undefined;
    this.starts++;
    process.onEnd(() => {
      this.startAgain();
    });
    ResourceManager.start({
      clock: process.clock,
      log: silentLogger(),
      settings,
      id: '',
      folder,
      election: () => ({ lease: new SoleLease(), openEngine: ({ epoch }) => store.engineFor(process, epoch) }),
      clusterKeys: () => [clusterKey],
      listen: { bindHost: host.name, advertisedHost: host.name, port: PORT },
      network: network.of(process),
      pagesFolder: folder,
      version: 'simulated',
      policies: () => NO_POLICY_FILES,
      onStoreBroken: () => {
        process.exit(2);
      },
    }).then(
      (manager) => {
        this.manager = manager;
      },
      (error: unknown) => {
        host.kernel.note(`rm could not start: ${String(error)}`);
        process.exit(1);
      },
    );
  }

  startAgain(): void {
    const { host, random } = this.options;
    host.kernel.after(random.between(...RESTART_MS), undefined, 'rm is started again', () => {
      this.start();
    });
  }
}
