/** The start-up figures of Weft, measured on the commands as a user types them, every role a real process. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { firstMark } from '../marks.js';
import { poll } from '../poll.js';
import { WeftCluster, type ClusterProcess } from '../weft/cluster.js';
import type { StartupTimes } from './flink.js';

const JOB = fileURLToPath(new URL('../../../bench/jobs/startup.ts', import.meta.url));

/** The cluster, with the job of these figures. */
export class Cluster extends WeftCluster {
  readonly mark: string;

  constructor(folder: string) {
    super(folder);
    mkdirSync(join(this.home, 'marks'));
    this.mark = join(this.home, 'marks', 'm');
  }

  submitTo(target: readonly string[], ...options: string[]): Promise<string> {
    return this.submit(...target, '-p', '2', JOB, '--mark', this.mark, ...options);
  }

  async tasksRunningAt(jobManager: string, jobId: string, sinceMs: number): Promise<number> {
    return poll('the tasks', async () => {
      const job = await get<{ vertices: { id: string }[] }>(`${jobManager}/jobs/${jobId}`);
      let last = 0;
      for (const vertex of job?.vertices ?? []) {
        const times = await get<{ subtasks: { timestamps: Record<string, number> }[] }>(
          `${jobManager}/jobs/${jobId}/vertices/${vertex.id}/subtasktimes`,
        );
        for (const { timestamps } of times?.subtasks ?? []) {
          const runningMs = timestamps['RUNNING'] ?? 0;
          if (runningMs < sinceMs) return undefined;
          last = Math.max(last, runningMs);
        }
      }
      return last === 0 ? undefined : last;
    });
  }
}

async function get<T>(url: string): Promise<T | undefined> {
  const response = await fetch(url).catch(() => undefined);
  return response?.ok === true ? ((await response.json()) as T) : undefined;
}

export async function measureWeft(folder: string): Promise<StartupTimes> {
  return { ...(await perJob(folder)), ...(await session(folder)) };
}

async function perJob(
  folder: string,
): Promise<Pick<StartupTimes, 'cold-per-job' | 'submit-per-job' | 'recovery-new-container'>> {
  const cluster = new Cluster(folder);
  try {
    const upMs = Date.now();
    await cluster.up(2);
    const first = await cluster.submitTo(['-t', 'yarn-per-job']);
    const firstManager = await cluster.jobManager();
    const coldMs = (await cluster.tasksRunningAt(firstManager, first, upMs)) - upMs;
    await cluster.weft('cancel', first);
    await poll('the first application to end', async () =>
      (await cluster.status()).applications.every((app) => app.state !== 'RUNNING'),
    );

    const submittedMs = Date.now();
    const second = await cluster.submitTo(['-t', 'yarn-per-job']);
    const manager = await cluster.jobManager();
    const submitMs = (await cluster.tasksRunningAt(manager, second, submittedMs)) - submittedMs;
    await firstMark(cluster.mark, 'first', submittedMs);
    const killedMs = killTaskManager(cluster);
    const recoveredMs = await firstMark(cluster.mark, 'first', killedMs);
    return { 'cold-per-job': coldMs, 'submit-per-job': submitMs, 'recovery-new-container': recoveredMs - killedMs };
  } finally {
    await cluster.down();
  }
}

async function session(
  folder: string,
): Promise<Pick<StartupTimes, 'submit-session' | 'recovery' | 'idle-memory' | 'idle-memory-supervisor'>> {
  const cluster = new Cluster(folder);
  try {
    await cluster.up(1);
    await cluster.session('-s', '2', '-jm', '512m', '-tm', '1g', '-D', 'resourcemanager.taskmanager-timeout=10 min');
    const manager = await cluster.jobManager();
    const warm = await cluster.submitTo(['-t', 'yarn-session']);
    await cluster.tasksRunningAt(manager, warm, 0);
    await cluster.weft('cancel', warm);
    await ended(manager, warm);
    const processes = cluster.processes();
    const total = (some: ClusterProcess[]): number => some.reduce((sum, { residentMb }) => sum + residentMb, 0);
    const supervisor = processes.filter(({ command }) => command.includes('--supervise'));

    const submittedMs = Date.now();
    const second = await cluster.submitTo(['-t', 'yarn-session']);
    const submitMs = (await cluster.tasksRunningAt(manager, second, submittedMs)) - submittedMs;

    // A second TaskManager with free slots: another job brings it in and leaves it idle.
    const other = await cluster.submitTo(['-t', 'yarn-session']);
    await cluster.tasksRunningAt(manager, other, submittedMs);
    await cluster.weft('cancel', other);
    await ended(manager, other);
    const victim = await taskManagerOf(manager, second);
    const killedMs = killTaskManager(cluster, victim);
    const recoveredMs = await firstMark(cluster.mark, 'first', killedMs);
    return {
      'submit-session': submitMs,
      recovery: recoveredMs - killedMs,
      'idle-memory': total(processes) - total(supervisor),
      'idle-memory-supervisor': total(supervisor),
    };
  } finally {
    await cluster.down();
  }
}

export async function ended(manager: string, jobId: string): Promise<void> {
  await poll(
    'the job to end',
    async () => (await get<{ state: string }>(`${manager}/jobs/${jobId}`))?.state === 'CANCELED',
  );
}

export async function taskManagerOf(manager: string, jobId: string): Promise<string> {
  const job = await get<{ vertices: { id: string }[] }>(`${manager}/jobs/${jobId}`);
  const vertex = await get<{ subtasks: { 'taskmanager-id': string }[] }>(
    `${manager}/jobs/${jobId}/vertices/${job?.vertices[0].id}`,
  );
  return vertex?.subtasks[0]['taskmanager-id'] ?? '';
}

/** kill -9 of a TaskManager's process; returns when it was sent, epoch ms. */
export function killTaskManager(cluster: Cluster, containerId?: string): number {
  const victim = cluster
    .taskManagers()
    .find(({ environment }) => containerId === undefined || environment.includes(`WEFT_CONTAINER_ID=${containerId}`));
  if (victim === undefined) throw new Error('No TaskManager is running.');
  const killedMs = Date.now();
  process.kill(victim.pid, 'SIGKILL');
  return killedMs;
}
