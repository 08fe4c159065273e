/** The programs of simulated containers: an AppMaster that runs tasks through the package's client, and its tasks. */
import { AppMasterClient, type AllocatedContainer, type CompletedContainer } from '../../../appmaster/client/index.js';
import { silentLogger } from '../../../runtime/common/log/logger.js';
import { watchNodeManager } from '../../../runtime/common/process/container-liveness.js';
import type { SimNetwork } from '../kernel/network.js';
import type { SimProcess } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';
import type { RunProgram } from './sim-launcher.js';

/** What an application does: so many tasks, so many of them at once. */
export interface Work {
  readonly tasks: number;
  readonly parallel: number;
  readonly memoryMb: number;
  readonly taskMs: number;
  /** Its tasks run until they are stopped, and it ends this long after the first of them ran. */
  readonly serviceMs?: number;
}

const TASK_PRIORITY = 1;
/** A task that fails by itself. */
const TASK_FAILS = 0.03;
/** One that ends late, or not at all, when it is told to. */
const TASK_IS_DEAF = 0.1;
const ENDS_WITHIN_MS = 300;
const FAILURE_PAUSE_MS = 1000;
const FOREVER_MS = 1e9;
const LOG = silentLogger();

/** @returns what runs the program that a command names: `appmaster <work>` or `task <ms>` */
export function programs(network: SimNetwork, random: Random): RunProgram {
  return (process, [program, argument = ''], environment) => {
    const surroundings = {
      clock: process.clock,
      dial: network.of(process).dial,
      log: LOG,
      environment,
      exit: (code: number) => {
        process.exit(code);
      },
    };
    if (program === 'appmaster') {
      new SimpleAppMaster(process, JSON.parse(argument) as Work).start(surroundings);
      return;
    }
    watchNodeManager({ ...surroundings, onStop: () => undefined, onNodeLost: () => process.exit(1) });
    const isDeaf = random.chance(TASK_IS_DEAF);
    process.onTerminate = () => {
      if (!isDeaf) process.clock.after(random.between(0, ENDS_WITHIN_MS), () => process.exit(143));
    };
    process.clock.after(Number(argument), () => process.exit(random.chance(TASK_FAILS) ? 1 : 0));
  };
}

class SimpleAppMaster {
  private client: AppMasterClient | undefined;
  private done = 0;
  private outstanding = 0;
  private readonly held = new Set<string>();
  private isOver = false;
  /** A node that starts nothing is not asked again and again at once. */
  private pausesUntilMs = -Infinity;
  private cancelEnd: (() => void) | undefined;

  constructor(
    private readonly process: SimProcess,
    private readonly work: Work,
  ) {}

  start(surroundings: NonNullable<Parameters<typeof AppMasterClient.register>[1]>): void {
    this.process.onTerminate = () => {
      this.process.exit(143);
    };
    AppMasterClient.register(
      {
        onAllocated: (containers) => {
          this.allocated(containers);
        },
        onCompleted: (containers) => {
          this.completed(containers);
        },
        onShutdown: () => {
          this.process.exit(0);
        },
      },
      surroundings,
    ).then(
      ({ client, previous }) => {
        this.client = client;
        for (const { containerId } of previous) this.held.add(containerId);
        this.balance();
      },
      () => {
        this.process.exit(1);
      },
    );
  }

  private allocated(containers: readonly AllocatedContainer[]): void {
    for (const container of containers) {
      this.outstanding = Math.max(0, this.outstanding - 1);
      if (this.missing > 0) void this.run(container);
      else this.client?.release(container.containerId);
    }
    this.balance();
  }

  private async run(container: AllocatedContainer): Promise<void> {
    const { containerId } = container;
    const { taskMs, serviceMs } = this.work;
    this.held.add(containerId);
    try {
      await this.client?.start(container, { command: ['task', String(serviceMs === undefined ? taskMs : FOREVER_MS)] });
    } catch {
      if (!this.held.delete(containerId)) return;
      this.client?.release(containerId);
      const { clock } = this.process;
      this.pausesUntilMs = clock.monotonicMs() + FAILURE_PAUSE_MS;
      clock.after(FAILURE_PAUSE_MS, () => {
        this.balance();
      });
    }
  }

  private completed(containers: readonly CompletedContainer[]): void {
    for (const { containerId, exit } of containers) {
      if (this.held.delete(containerId) && exit.kind === 'finished') this.done++;
    }
    this.balance();
  }

  private get missing(): number {
    return Math.min(this.work.parallel, this.work.tasks - this.done) - this.held.size;
  }

  private balance(): void {
    if (this.client === undefined || this.isOver) return;
    if (this.done >= this.work.tasks) {
      this.finish(this.client);
      return;
    }
    this.watchService(this.client);
    const isPausing = this.process.clock.monotonicMs() < this.pausesUntilMs;
    const count = isPausing ? 0 : Math.max(0, this.missing);
    if (count === this.outstanding) return;
    this.outstanding = count;
    this.client.request({ count, memoryMb: this.work.memoryMb, priority: TASK_PRIORITY });
  }

  private watchService(client: AppMasterClient): void {
    const { serviceMs } = this.work;
    if (serviceMs === undefined) return;
    // Not all of them: two services could wait for each other's room.
    if (this.held.size === 0) {
      this.cancelEnd?.();
      this.cancelEnd = undefined;
    } else {
      this.cancelEnd ??= this.process.clock.after(serviceMs, () => {
        this.finish(client);
      });
    }
  }

  private finish(client: AppMasterClient): void {
    this.isOver = true;
    client.finish('SUCCEEDED').then(
      () => this.process.exit(0),
      () => this.process.exit(1),
    );
  }
}
