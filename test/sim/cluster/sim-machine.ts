/** The machine below a simulated NodeManager: files that survive it, processes, a disk that may be full or slow. */
import { signToken } from '../../../runtime/common/security/token.js';
import type { ContainerRecord } from '../../../nodemanager/containers/container-record.js';
import type { ContainerManager } from '../../../nodemanager/containers/container-manager.js';
import type { Housekeeping } from '../../../nodemanager/housekeeping.js';
import type { ContainerLogs } from '../../../nodemanager/logs/container-logs.js';
import type { NodeMachine } from '../../../nodemanager/machine.js';
import type { NodeRecord } from '../../../nodemanager/recovery/node-store.js';
import type { Network } from '../../../runtime/common/http/network.js';
import type { Host } from '../kernel/host.js';
import type { SimProcess } from '../kernel/process.js';
import type { SimLauncher } from './sim-launcher.js';

export interface SimMachineOptions {
  readonly host: Host;
  /** The NodeManager's. */
  readonly process: SimProcess;
  readonly network: Network;
  readonly launcher: SimLauncher;
  readonly clusterKey: string;
  readonly resourceManagerAddress: () => string;
  readonly isDiskFull: () => boolean;
  /** A write takes so long that the process stands still meanwhile; 0: hardly any time. */
  readonly writeMs: () => number;
}

const NODE_FILE = 'node.json';
const RECORDS = 'containers/';
const TOKEN_LIFETIME_MS = 600_000;
/** As the NodeManager forgets ended containers. */
const ENDED_KEPT_MS = 600_000;
const CLEAN_UP_INTERVAL_MS = 60_000;

export class SimMachine implements NodeMachine {
  readonly network: Network;
  readonly launcher: SimLauncher;
  readonly localizer = { localize: () => Promise.resolve() };
  readonly monitor = {
    totalMb: 0,
    start: () => undefined,
    stop: () => undefined,
    watch: () => undefined,
    forget: () => undefined,
    residentMb: () => undefined,
    report: () => undefined,
    programPid: () => undefined,
  };
  readonly store = {
    save: (record: ContainerRecord): void => {
      this.write(`${RECORDS}${record.containerId}`, record);
    },
    loadAll: (): ContainerRecord[] =>
      this.options.host
        .list(RECORDS)
        .map((path) => this.read<ContainerRecord>(path))
        .filter((record) => record !== undefined)
        .sort((a, b) => a.createdMs - b.createdMs),
    remove: (containerId: string): void => {
      this.options.host.remove(`${RECORDS}${containerId}`);
    },
  };
  readonly nodeStore = {
    get: (): NodeRecord | undefined => this.read<NodeRecord>(NODE_FILE),
    update: (changes: Partial<NodeRecord>): void => {
      this.write(NODE_FILE, { host: '', port: 0, tokenKeys: [], ...this.read<NodeRecord>(NODE_FILE), ...changes });
    },
  };

  constructor(private readonly options: SimMachineOptions) {
    this.network = options.network;
    this.launcher = options.launcher;
  }

  /** Only the REST API reads logs. */
  get logs(): ContainerLogs {
    throw new Error('there are no logs in a simulation');
  }

  housekeeping(containers: ContainerManager): Pick<Housekeeping, keyof Housekeeping> {
    const { process, isDiskFull } = this.options;
    return {
      get health() {
        const healthy = !isDiskFull();
        return { healthy, report: healthy ? '' : 'The disk is full.' };
      },
      healthCheckedMs: 0,
      start: () => {
        process.clock.every(CLEAN_UP_INTERVAL_MS, () => {
          for (const { containerId, endReported, endedMs = Infinity } of containers.list()) {
            if (endReported === true && process.clock.nowMs() - endedMs > ENDED_KEPT_MS) containers.forget(containerId);
          }
        });
      },
      stop: () => undefined,
    };
  }

  claim(): void {
    // One NodeManager a host: the simulation starts no second one.
  }

  servesAt(url: string): void {
    this.launcher.nodeManagerUrl = url;
  }

  withdraw(): void {
    // Nobody looks for it.
  }

  resourceManagerAddress(): Promise<string> {
    return Promise.resolve(this.options.resourceManagerAddress());
  }

  nodeToken(nodeId: string): string {
    const expiresMs = this.options.process.clock.nowMs() + TOKEN_LIFETIME_MS;
    return signToken(this.options.clusterKey, { kind: 'node', subject: nodeId, expiresMs });
  }

  removeKeptState(): Promise<void> {
    return Promise.resolve();
  }

  async archiveLogs(): Promise<void> {}

  removeApplicationDir(): Promise<void> {
    return Promise.resolve();
  }

  private write(path: string, value: unknown): void {
    const { host, process, writeMs } = this.options;
    if (!process.isAlive) return;
    host.write(path, JSON.stringify(value));
    const slowMs = writeMs();
    if (slowMs > 0) process.pause(slowMs);
  }

  /** As `readJson`: nothing of what is missing or torn. */
  private read<T>(path: string): T | undefined {
    const text = this.options.host.read(path);
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as T;
    } catch {
      return undefined;
    }
  }
}
