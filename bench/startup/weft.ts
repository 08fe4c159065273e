/** The start-up figures of Weft, measured on the commands as a user types them, every role a real process. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { firstMark } from '../marks.js';
import { poll } from '../poll.js';
import type { StartupTimes } from './flink.js';

const run = promisify(execFile);
const WEFT = fileURLToPath(new URL('../../bin/weft.mjs', import.meta.url));
const SESSION = fileURLToPath(new URL('../../bin/yarn-session.mjs', import.meta.url));
const JOB = fileURLToPath(new URL('../../../bench/jobs/startup.ts', import.meta.url));

interface Status {
  resourceManager: { url: string };
  applications: { id: string; state: string; trackingUrl: string }[];
}

/** A cluster of its own folder, with the commands. */
class Cluster {
  readonly home: string;
  readonly mark: string;

  constructor(folder: string) {
    this.home = mkdtempSync(join(folder, 'home-'));
    mkdirSync(join(this.home, 'marks'));
    this.mark = join(this.home, 'marks', 'm');
  }

  async command(script: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [script, ...args], {
      env: { ...process.env, WEFT_HOME: this.home },
    });
    return stdout;
  }

  weft(...args: string[]): Promise<string> {
    return this.command(WEFT, ...args);
  }

  async submit(...target: string[]): Promise<string> {
    const output = await this.weft('run', ...target, '-d', '-p', '2', JOB, '--mark', this.mark);
    const id = /JobID ([0-9a-f]{32})/.exec(output)?.[1];
    if (id === undefined) throw new Error(`No JobID in: ${output}`);
    return id;
  }

  async status(): Promise<Status> {
    return JSON.parse(await this.weft('status', '--json')) as Status;
  }

  /** The JobManager's address of the newest running application. */
  async jobManager(): Promise<string> {
    return poll('a JobManager', async () => {
      const { applications } = await this.status();
      return applications.filter((app) => app.state === 'RUNNING' && app.trackingUrl !== '').at(-1)?.trackingUrl;
    });
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

  async down(): Promise<void> {
    await this.weft('down');
    rmSync(this.home, { recursive: true, force: true });
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
    await cluster.weft('up', '--nodes', '2', '-d');
    const first = await cluster.submit('-t', 'yarn-per-job');
    const firstManager = await cluster.jobManager();
    const coldMs = (await cluster.tasksRunningAt(firstManager, first, upMs)) - upMs;
    await cluster.weft('cancel', first);
    await poll('the first application to end', async () =>
      (await cluster.status()).applications.every((app) => app.state !== 'RUNNING'),
    );

    const submittedMs = Date.now();
    const second = await cluster.submit('-t', 'yarn-per-job');
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
    await cluster.weft('up', '--nodes', '1', '-d');
    await cluster.command(
      SESSION,
      '-s',
      '2',
      '-jm',
      '512m',
      '-tm',
      '1g',
      '-D',
      'resourcemanager.taskmanager-timeout=10 min',
      '-d',
    );
    const manager = await cluster.jobManager();
    const warm = await cluster.submit('-t', 'yarn-session');
    await cluster.tasksRunningAt(manager, warm, 0);
    await cluster.weft('cancel', warm);
    await ended(manager, warm);
    const processes = processesOf(cluster.home);
    const total = (some: ClusterProcess[]): number => some.reduce((sum, { residentMb }) => sum + residentMb, 0);
    const supervisor = processes.filter(({ command }) => command.includes('--supervise'));

    const submittedMs = Date.now();
    const second = await cluster.submit('-t', 'yarn-session');
    const submitMs = (await cluster.tasksRunningAt(manager, second, submittedMs)) - submittedMs;

    // A second TaskManager with free slots: another job brings it in and leaves it idle.
    const other = await cluster.submit('-t', 'yarn-session');
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

async function ended(manager: string, jobId: string): Promise<void> {
  await poll(
    'the job to end',
    async () => (await get<{ state: string }>(`${manager}/jobs/${jobId}`))?.state === 'CANCELED',
  );
}

async function taskManagerOf(manager: string, jobId: string): Promise<string> {
  const job = await get<{ vertices: { id: string }[] }>(`${manager}/jobs/${jobId}`);
  const vertex = await get<{ subtasks: { 'taskmanager-id': string }[] }>(
    `${manager}/jobs/${jobId}/vertices/${job?.vertices[0].id}`,
  );
  return vertex?.subtasks[0]['taskmanager-id'] ?? '';
}

/** kill -9 of a TaskManager's process; returns when it was sent, epoch ms. */
function killTaskManager(cluster: Cluster, containerId?: string): number {
  const victim = processesOf(cluster.home).find(
    ({ command, environment }) =>
      command.includes('taskmanager.mjs') &&
      !command.startsWith('/bin/sh') &&
      (containerId === undefined || environment.includes(`WEFT_CONTAINER_ID=${containerId}`)),
  );
  if (victim === undefined) throw new Error('No TaskManager is running.');
  const killedMs = Date.now();
  process.kill(victim.pid, 'SIGKILL');
  return killedMs;
}

interface ClusterProcess {
  pid: number;
  command: string;
  environment: string;
  residentMb: number;
}

/** Every process of the cluster in this home, this measurement's own commands aside. */
function processesOf(home: string): ClusterProcess[] {
  const found: ClusterProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    try {
      const environment = readFileSync(`/proc/${entry}/environ`, 'utf8').replaceAll('\0', '\n');
      if (!environment.includes(home)) continue;
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const residentKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1] ?? 0);
      found.push({ pid: Number(entry), command, environment, residentMb: residentKb / 1024 });
    } catch {
      // The process ended meanwhile.
    }
  }
  return found;
}
