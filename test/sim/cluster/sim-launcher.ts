/** Containers as simulated processes: what a NodeManager has for starting, finding and signalling them. */
import { WeftError } from '../../../runtime/common/errors/index.js';
import type { LaunchContext } from '../../../runtime/common/wire/protocols/shared.js';
import type { ContainerRecord } from '../../../nodemanager/containers/container-record.js';
import { containerEnvironment } from '../../../nodemanager/launcher/environment.js';
import type { LaunchedProcess, Launcher } from '../../../nodemanager/launcher/launcher.js';
import type { Host } from '../kernel/host.js';
import type { ProcessEnd, SimProcess } from '../kernel/process.js';
import type { Random } from '../kernel/random.js';

/** A container's process, as it is found again by its environment. */
export interface ContainerProcess {
  readonly process: SimProcess;
  readonly record: Pick<ContainerRecord, 'containerId' | 'applicationId' | 'livenessToken' | 'resource'>;
}

/** Runs the program that a container's command names. */
export type RunProgram = (process: SimProcess, command: readonly string[], environment: Record<string, string>) => void;

const LAUNCH_MS = [20, 400] as const;
/** A machine on which hardly a process can be started would be out of service. */
const LAUNCH_FAILS = 0.01;

export class SimLauncher implements Pick<Launcher, keyof Launcher> {
  nodeManagerUrl = '';

  constructor(
    private readonly host: Host,
    /** The NodeManager's own process. */
    private readonly owner: SimProcess,
    private readonly random: Random,
    /** Of all NodeManagers that this host ever had. */
    private readonly containers: Set<ContainerProcess>,
    private readonly runProgram: RunProgram,
  ) {}

  prepareFolders(record: ContainerRecord): { workingDir: string; logDir: string } {
    return { workingDir: `/simulated/local/${record.containerId}`, logDir: `/simulated/logs/${record.containerId}` };
  }

  async launch(record: ContainerRecord, context: LaunchContext): Promise<LaunchedProcess> {
    await this.wait(this.random.between(...LAUNCH_MS));
    if (this.random.chance(LAUNCH_FAILS)) {
      throw new WeftError('CONTAINER_LAUNCH_FAILED', 'The process could not be started: EAGAIN');
    }
    const { containerId, livenessToken } = record;
    const process = this.host.spawn(`${context.command[0] ?? ''}:${shortName(containerId)}`);
    const container: ContainerProcess = { process, record: { ...record } };
    this.containers.add(container);
    process.onEnd((end) => {
      this.containers.delete(container);
      // The wrapper notes the exit code; one that is killed cannot.
      if (end.exitCode !== undefined) this.host.write(exitFile(containerId), String(end.exitCode));
    });
    const { workingDir, logDir } = this.prepareFolders(record);
    const environment = containerEnvironment(
      context,
      {
        ...{ containerId, livenessToken, workingDir, logDir, temporaryDir: `${workingDir}/tmp` },
        ...{ nodeManagerUrl: this.nodeManagerUrl, nodeHost: this.host.name },
        ...{ nodeBinary: 'node', distDir: '/weft', home: '/home' },
      },
      {},
    );
    this.host.write(pidFile(containerId), String(process.pid));
    this.host.kernel.after(this.random.between(1, 50), process, `${process.name} begins`, () => {
      this.runProgram(process, context.command, environment);
    });
    return this.watch(process);
  }

  adopt(record: ContainerRecord): LaunchedProcess | undefined {
    const pid = record.leaderPid ?? Number(this.host.read(pidFile(record.containerId)));
    const found = [...this.containers].find(
      ({ process, record: { containerId } }) => process.pid === pid && containerId === record.containerId,
    );
    return found === undefined ? undefined : this.watch(found.process);
  }

  endOf(containerId: string): ProcessEnd {
    const code = this.host.read(exitFile(containerId));
    return code === undefined || !/^\d+$/.test(code) ? {} : { exitCode: Number(code) };
  }

  signal(leaderPid: number, signal: NodeJS.Signals): void {
    if (!this.owner.isAlive) return;
    for (const { process } of [...this.containers]) if (process.pid === leaderPid) process.signal(signal);
  }

  sweep({ containerId }: ContainerRecord): void {
    for (const { process, record } of [...this.containers]) {
      if (record.containerId === containerId) process.signal('SIGKILL');
    }
  }

  hasKernelKilled(): boolean {
    return false;
  }

  endStrays(alive: ReadonlySet<string>): number {
    const strays = [...this.containers].filter(({ record }) => !alive.has(record.containerId));
    for (const { process } of strays) process.signal('SIGKILL');
    return strays.length;
  }

  lastWords(): string[] {
    return [];
  }

  removeWorkingDir(): Promise<void> {
    return Promise.resolve();
  }

  /** Only a NodeManager that lives hears of the end. */
  private watch(process: SimProcess): LaunchedProcess {
    const ended = new Promise<ProcessEnd>((resolve) => {
      process.onEnd((end) => {
        this.host.kernel.after(this.random.between(0, 50), this.owner, undefined, () => {
          resolve(end);
        });
      });
    });
    return { leaderPid: process.pid, leaderStartTicks: process.pid, ended };
  }

  private wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.host.kernel.after(delayMs, this.owner, undefined, resolve);
    });
  }
}

function pidFile(containerId: string): string {
  return `exits/${containerId}.pid`;
}

function exitFile(containerId: string): string {
  return `exits/${containerId}.exit`;
}

/** Application, attempt and number. */
export function shortName(containerId: string): string {
  const [application, attempt, number] = containerId.split('_').slice(-3);
  return `${Number(application)}.${Number(attempt)}.${Number(number)}`;
}
