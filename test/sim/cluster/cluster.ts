/** A whole simulated cluster: one ResourceManager with its store, nodes, and somebody who submits applications. */
import { loadYarnSite } from '../../../runtime/common/config/yarn-site.js';
import type { NodeSettings } from '../../../nodemanager/settings.js';
import { settingsOf, type ResourceManagerSettings } from '../../../resourcemanager/config/settings.js';
import { Host } from '../kernel/host.js';
import type { Kernel } from '../kernel/kernel.js';
import { SimNetwork } from '../kernel/network.js';
import type { Random } from '../kernel/random.js';
import { Clients } from './clients.js';
import { NodeRole } from './node-role.js';
import { programs } from './programs.js';
import { ResourceManagerRole } from './resource-manager-role.js';
import { SimStore } from './sim-store.js';

export const NODES = 5;
/** Silence that is a verdict; shorter than by default, so that ten minutes are long. */
export const EXPIRY_MS = 12_000;
const CLUSTER_KEY = 'ab'.repeat(32);
/** All defaults: nothing is read from this folder. */
const SITE = loadYarnSite('/nonexistent');

const SETTINGS: ResourceManagerSettings = {
  ...settingsOf(SITE),
  // Chaos kills many, and an application that gives up has done nothing wrong.
  maxAppAttempts: 1000,
  heartbeatIntervalMs: 2000,
  nodeExpiryIntervalMs: EXPIRY_MS,
  appMasterExpiryIntervalMs: EXPIRY_MS,
  containerExpiryIntervalMs: 30_000,
};

export class Cluster {
  readonly network: SimNetwork;
  readonly store: SimStore;
  readonly resourceManager: ResourceManagerRole;
  readonly nodes: readonly NodeRole[];
  readonly hosts: readonly Host[];
  readonly clients: Clients;

  /** @param folder for files that nothing of a simulation is in */
  constructor(
    readonly kernel: Kernel,
    folder: string,
  ) {
    const { random } = kernel;
    this.network = new SimNetwork(kernel);
    this.store = new SimStore(random.fork());
    const host = new Host(kernel, 'rmhost');
    this.resourceManager = new ResourceManagerRole({
      ...{ host, folder },
      network: this.network,
      store: this.store,
      random: random.fork(),
      settings: { ...SETTINGS, schedulerClass: random.pick(['fifo', 'capacity', 'fair']) },
      clusterKey: CLUSTER_KEY,
    });
    const runProgram = programs(this.network, random.fork());
    this.nodes = Array.from(
      { length: NODES },
      (_, index) =>
        new NodeRole({
          host: new Host(kernel, `node${index + 1}`),
          network: this.network,
          random: random.fork(),
          settings: nodeSettings(`node${index + 1}`, random),
          clusterKey: CLUSTER_KEY,
          resourceManagerAddress: () => this.resourceManager.address,
          runProgram,
        }),
    );
    this.hosts = [host, ...this.nodes.map((node) => node.host)];
    this.clients = new Clients(kernel, random.fork(), () => this.resourceManager.view);
  }

  start(): void {
    this.resourceManager.start();
    for (const node of this.nodes) node.start();
  }
}

function nodeSettings(host: string, random: Random): NodeSettings {
  return {
    site: SITE,
    host,
    bindHost: host,
    port: 0,
    resource: { memoryMb: random.pick([1024, 1536, 2048]), vcores: 16 },
    label: undefined,
    resourceManagerUrl: undefined,
    authentication: 'simple',
  };
}
