/** The two engines as the benchmarks drive them: a session with TaskManagers, and jobs in it, one after the other. */
import { cpuSeconds, JobRest, peakMb } from './job-rest.js';
import { FlinkCluster } from './peer/flink.js';
import { WeftCluster } from './weft/cluster.js';
import { fileURLToPath } from 'node:url';

export interface SessionSize {
  taskManagers: number;
  slots: number;
}

/** One finished job. */
export interface JobRun {
  accumulators: Map<string, string>;
  /** What the TaskManagers' processes took from before the submission to after the end. */
  taskManagerCpuSeconds: number;
  /** Median from end to end; undefined of a job without checkpoints. */
  checkpointMs: number | undefined;
  /** The most that any of the TaskManagers ever had resident, MB. */
  peakMb: number;
}

export interface Engine {
  readonly name: string;
  start(size: SessionSize): Promise<void>;
  /** Runs a program of bench/jobs, or its twin, and waits for its end. */
  run(program: string, parallelism: number, options: Readonly<Record<string, string>>): Promise<JobRun>;
  stop(): Promise<void>;
}

/** Programs are compiled by `weft run`, so it gets the sources; this module runs from dist/. */
function programPath(program: string): string {
  return fileURLToPath(new URL(`../../bench/jobs/${program}.ts`, import.meta.url));
}

export class WeftEngine implements Engine {
  readonly name = 'Weft';
  private readonly cluster: WeftCluster;
  private size: SessionSize = { taskManagers: 1, slots: 1 };

  constructor(folder: string) {
    this.cluster = new WeftCluster(folder);
  }

  async start(size: SessionSize): Promise<void> {
    this.size = size;
    await this.cluster.up(1);
    const memory = size.taskManagers === 1 ? '4g' : '3g';
    const keep = ['-D', 'resourcemanager.taskmanager-timeout=10 min'];
    await this.cluster.session('-s', String(size.slots), '-jm', '1g', '-tm', memory, ...keep);
  }

  async run(program: string, parallelism: number, options: Readonly<Record<string, string>>): Promise<JobRun> {
    const rest = new JobRest(await this.cluster.jobManager());
    const pids = (): number[] => this.cluster.taskManagers().map(({ pid }) => pid);
    const before = new Map(pids().map((pid) => [pid, cpuSeconds(pid)]));
    const args = Object.entries(options).flatMap(([name, value]) =>
      value === 'true' ? [`--${name}`] : [`--${name}`, value],
    );
    const job = await this.cluster.submit(
      '-t',
      'yarn-session',
      '-p',
      String(parallelism),
      programPath(program),
      ...args,
    );
    await rest.finished(job);
    const after = pids();
    if (after.length !== this.size.taskManagers)
      throw new Error(`${after.length} TaskManagers instead of ${this.size.taskManagers}.`);
    return {
      accumulators: await rest.accumulators(job),
      checkpointMs: await rest.checkpointMs(job),
      taskManagerCpuSeconds: after.reduce((sum, pid) => sum + cpuSeconds(pid) - (before.get(pid) ?? 0), 0),
      peakMb: Math.max(...after.map(peakMb)),
    };
  }

  stop(): Promise<void> {
    return this.cluster.down();
  }
}

export class FlinkEngine implements Engine {
  readonly name = 'Flink';
  private readonly cluster = new FlinkCluster();

  async start({ taskManagers, slots }: SessionSize): Promise<void> {
    this.cluster.start({ taskManagers, slots, taskManagerMemory: taskManagers === 1 ? '4096m' : '3072m' });
    await this.cluster.untilRegistered(taskManagers);
  }

  async run(program: string, parallelism: number, options: Readonly<Record<string, string>>): Promise<JobRun> {
    const rest = new JobRest(this.cluster.url);
    const pids = this.cluster.taskManagerPids();
    const cpu = (): number => pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    const before = cpu();
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    const job = this.cluster.submitByCommandLine('weft.peer.Workloads', parallelism, ['--workload', program, ...args]);
    await rest.finished(job);
    return {
      accumulators: await rest.accumulators(job),
      checkpointMs: await rest.checkpointMs(job),
      taskManagerCpuSeconds: cpu() - before,
      peakMb: Math.max(...pids.map(peakMb)),
    };
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }
}

/** Starts the engine, lets it work, and stops it whatever happens. */
export async function withEngine<T>(engine: Engine, size: SessionSize, work: () => Promise<T>): Promise<T> {
  try {
    await engine.start(size);
    return await work();
  } finally {
    await engine.stop();
  }
}
