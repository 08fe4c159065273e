/** A cluster of real processes in a folder of its own, driven by the commands that a user types. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { ROOT } from '../../tidy/sources.js';
import { until } from './until.js';

const BIN = join(ROOT, 'dist', 'bin');
export const EXAMPLES = join(ROOT, 'examples');

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

export interface ClusterProcess {
  pid: number;
  command: string;
  environment: Record<string, string>;
  residentMb: number;
}

export interface ClusterStatus {
  resourceManager: { url: string } | null;
  nodeManagers: { nodeId: string; state: string }[];
  applications: { id: string; name: string; state: string; finalStatus: string; trackingUrl: string }[];
}

export interface ClusterOptions {
  nodes?: number;
  /** Keys of yarn-site.xml. */
  yarnSite?: Record<string, string>;
  /** Lines of config.yaml. */
  config?: string;
  /** Further files of the configuration folder, by name. */
  files?: Record<string, string>;
}

export type Role = 'resourcemanager' | 'nodemanager' | 'appmaster' | 'jobmanager' | 'taskmanager' | 'supervisor';

export class TestCluster {
  readonly home = mkdtempSync(join(tmpdir(), 'weft-e2e-'));
  private readonly conf = join(this.home, 'conf');

  private constructor() {}

  /** Starts one; at the test's end it is stopped, and the test fails if a process or record of it is left. */
  static async start(t: ExecutionContext, options: ClusterOptions = {}): Promise<TestCluster> {
    const cluster = TestCluster.prepare(t, options);
    const { code, stderr, stdout } = await cluster.weft('up', '--nodes', String(options.nodes ?? 2), '-d');
    if (code !== 0) throw new Error(`weft up failed:\n${stdout}${stderr}`);
    t.teardown(async () => {
      await cluster.down();
    });
    return cluster;
  }

  /** Only the folder with its configuration. */
  static prepare(t: ExecutionContext, options: ClusterOptions = {}): TestCluster {
    const cluster = new TestCluster();
    mkdirSync(cluster.conf, { recursive: true });
    writeFileSync(join(cluster.conf, 'config.yaml'), options.config ?? '');
    for (const [name, content] of Object.entries(options.files ?? {})) writeFileSync(join(cluster.conf, name), content);
    const properties = Object.entries({
      'yarn.nodemanager.resource.memory-mb': '4096',
      'yarn.nodemanager.resource.cpu-vcores': '16',
      ...options.yarnSite,
    }).map(([name, value]) => `<property><name>${name}</name><value>${value}</value></property>`);
    writeFileSync(join(cluster.conf, 'yarn-site.xml'), `<configuration>${properties.join('\n')}</configuration>`);
    t.teardown(() => {
      rmSync(cluster.home, { recursive: true, force: true });
    });
    return cluster;
  }

  weft(...args: string[]): Promise<CommandResult> {
    return this.command('weft', args);
  }

  yarnSession(...args: string[]): Promise<CommandResult> {
    return this.command('yarn-session', args);
  }

  /** Runs a command to its end. @param input what is piped into it */
  async command(name: 'weft' | 'yarn-session', args: string[], input?: string): Promise<CommandResult> {
    const child = this.spawn(name, args);
    child.stdin.end(input ?? '');
    return await child.ended;
  }

  /** Starts a command and returns it while it runs. */
  spawn(name: 'weft' | 'yarn-session', args: string[]) {
    const child = spawn(process.execPath, [join(BIN, `${name}.mjs`), ...args], {
      cwd: this.home,
      env: { ...process.env, WEFT_HOME: this.home, WEFT_CONF_DIR: this.conf },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const ended = new Promise<CommandResult>((resolve) => {
      child.on('close', (code, signal) => {
        resolve({ code: code ?? (signal === null ? 0 : 128), stdout, stderr });
      });
    });
    return {
      pid: child.pid,
      stdin: child.stdin,
      kill: child.kill.bind(child),
      ended,
      output: () => stdout,
      errors: () => stderr,
    };
  }

  async status(): Promise<ClusterStatus> {
    return JSON.parse((await this.weft('status', '--json')).stdout) as ClusterStatus;
  }

  /** The ResourceManager's answer, without the cost of a command. */
  async rest<T>(path: string): Promise<T> {
    const { url } = JSON.parse(readFileSync(join(this.home, 'cluster', 'resourcemanager.json'), 'utf8')) as {
      url: string;
    };
    return await getJson<T>(url + path);
  }

  /** The JobManager's address of the application (default: the newest running one), once it has one. */
  async jobManager(applicationId?: string): Promise<string> {
    return await until('a JobManager', async () => {
      const { applications } = await this.rest<ClusterStatus>('/weft/v1/cluster');
      const running = applications.filter(({ state, trackingUrl }) => state === 'RUNNING' && trackingUrl !== '');
      return running
        .findLast(({ id }) => applicationId === undefined || id === applicationId)
        ?.trackingUrl.replace(/\/$/, '');
    });
  }

  /** Waits until the job has that state. */
  async untilJob(manager: string, jobId: string, state: string, timeoutMs?: number): Promise<void> {
    await until(
      `job ${jobId} to be ${state}`,
      async () => (await getJson<{ state: string }>(`${manager}/jobs/${jobId}`)).state === state,
      timeoutMs,
    );
  }

  async untilApplication(id: string, state: string): Promise<ClusterStatus['applications'][number]> {
    return await until(`application ${id} to be ${state}`, async () => {
      const { applications } = await this.rest<ClusterStatus>('/weft/v1/cluster');
      return applications.find((application) => application.id === id && application.state === state);
    });
  }

  /** Every living process of this cluster: known by its environment. */
  processes(role?: Role): ClusterProcess[] {
    const found: ClusterProcess[] = [];
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        const lines = readFileSync(`/proc/${entry}/environ`, 'utf8').split('\0');
        if (!lines.includes(`WEFT_HOME=${this.home}`)) continue;
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        if (command === '' || (role !== undefined && !isRole(command, role))) continue;
        const environment = Object.fromEntries(
          lines.filter((line) => line.includes('=')).map((line) => splitOnce(line, '=')),
        );
        const residentKb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1] ?? '0';
        found.push({ pid: Number(entry), command, environment, residentMb: Number(residentKb) / 1024 });
      } catch {
        // The process ended meanwhile.
      }
    }
    return found;
  }

  /** kill -9 of the only process of that role, or of the given one. */
  kill(role: Role, which: (process: ClusterProcess) => boolean = () => true): number {
    const victim = this.processes(role).find(which);
    if (victim === undefined) throw new Error(`No ${role} is running.`);
    process.kill(victim.pid, 'SIGKILL');
    return victim.pid;
  }

  /** Assertions are over when teardowns run, so what is wrong here is thrown. */
  private async down(): Promise<void> {
    const { code, stdout, stderr } = await this.weft('down');
    if (code !== 0) throw new Error(`weft down failed:\n${stdout}${stderr}`);
    const left = await until('all processes to end', () => this.processes().length === 0, 10_000).then(
      () => [],
      () => this.processes(),
    );
    for (const { pid } of left) process.kill(pid, 'SIGKILL');
    const folder = join(this.home, 'cluster');
    const records = existsSync(folder) ? readdirSync(folder) : [];
    if (left.length > 0 || records.length > 0) {
      throw new Error(`Left behind: ${[...left.map(({ command }) => command), ...records].join('; ')}`);
    }
  }
}

function isRole(command: string, role: Role): boolean {
  if (command.startsWith('/bin/sh')) return false;
  return role === 'supervisor' ? / up( |$)/.test(command) : command.includes(`roles/${role}.mjs`);
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}

export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

/** The id in `Job has been submitted with JobID …`. */
export function jobIdIn(output: string): string {
  const id = /Job has been submitted with JobID ([0-9a-f]{32})/.exec(output)?.[1];
  if (id === undefined) throw new Error(`No JobID in:\n${output}`);
  return id;
}
