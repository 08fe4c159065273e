/** A node of a simulated cluster: a host with a NodeManager that is killed and started again, and containers that outlive it. */
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { WeftHome } from '../../../runtime/common/home.js';
import { NodeManager } from '../../../nodemanager/node-manager.js';
import type { NodeSettings } from '../../../nodemanager/settings.js';
import type { Host } from '../kernel/host.js';
import type { SimNetwork } from '../kernel/network.js';
import type { SimProcess } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';
import { SimLauncher, type ContainerProcess, type RunProgram } from './sim-launcher.js';
import { SimMachine } from './sim-machine.js';

export interface NodeRoleOptions {
  readonly host: Host;
  readonly network: SimNetwork;
  readonly random: Random;
  readonly settings: NodeSettings;
  readonly clusterKey: string;
  readonly resourceManagerAddress: () => string;
  readonly runProgram: RunProgram;
}

const RESTART_MS = [300, 8000] as const;
/** A slow disk holds up whoever writes for so long. */
const SLOW_WRITE_MS = [100, 2500] as const;

export class NodeRole {
  readonly containers = new Set<ContainerProcess>();
  process: SimProcess | undefined;
  manager: NodeManager | undefined;
  isDiskFull = false;
  /** How likely a write is to be slow. */
  diskSlowness = 0;

  constructor(private readonly options: NodeRoleOptions) {}

  get host(): Host {
    return this.options.host;
  }

  get memoryMb(): number {
    return this.options.settings.resource.memoryMb;
  }

  start(): void {
    const { host, network, random, settings, runProgram, clusterKey, resourceManagerAddress } = this.options;
    if (!host.isUp || this.process?.isAlive === true) return;
    const process = host.spawn('nm');
    this.process = process;
    process.onEnd(() => {
      this.manager = undefined;
      if (host.isUp) this.startAgain();
    });
    const manager = new NodeManager({
      home: new WeftHome('/simulated'),
      index: 0,
      settings,
      clock: process.clock,
      log: silentLogger(),
      version: 'simulated',
      distDir: '/weft',
      machine: new SimMachine({
        ...{ host, process, clusterKey, resourceManagerAddress },
        network: network.of(process),
        launcher: new SimLauncher(host, process, random, this.containers, runProgram),
        isDiskFull: () => this.isDiskFull,
        writeMs: () => (random.chance(this.diskSlowness) ? random.between(...SLOW_WRITE_MS) : 0),
      }),
    });
    manager.start().then(
      () => {
        this.manager = manager;
      },
      (error: unknown) => {
        host.kernel.note(`${process.name} could not start: ${String(error)}`);
        process.exit(1);
      },
    );
  }

  startAgain(): void {
    const { host, random } = this.options;
    host.kernel.after(random.between(...RESTART_MS), undefined, `nm@${host.name} is started again`, () => {
      this.start();
    });
  }

  /** Power fails, and comes back after a while. */
  crash(forMs: number, losesDisk: boolean): void {
    const { host } = this.options;
    host.crash(losesDisk);
    host.kernel.after(forMs, undefined, `${host.name} is up again`, () => {
      host.isUp = true;
      this.start();
    });
  }
}
