/** A Weft cluster of its own home folder, used through the commands as a user types them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { poll } from '../poll.js';

const run = promisify(execFile);
const WEFT = fileURLToPath(new URL('../../bin/weft.mjs', import.meta.url));
const SESSION = fileURLToPath(new URL('../../bin/yarn-session.mjs', import.meta.url));

export interface ClusterStatus {
  resourceManager: { url: string };
  applications: { id: string; state: string; trackingUrl: string }[];
}

export interface ClusterProcess {
  pid: number;
  command: string;
  environment: string;
  residentMb: number;
}

export class WeftCluster {
  readonly home: string;

  /**
   * @param folder in which the home folder is made
   * @param confFolder WEFT_CONF_DIR; undefined: as the package has it
   */
  constructor(
    folder: string,
    private readonly confFolder?: string,
  ) {
    this.home = mkdtempSync(join(folder, 'home-'));
  }

  weft(...args: string[]): Promise<string> {
    return this.command(WEFT, ...args);
  }

  async up(nodes: number): Promise<void> {
    await this.weft('up', '--nodes', String(nodes), '-d');
  }

  /** Starts a session. */
  async session(...args: string[]): Promise<void> {
    await this.command(SESSION, ...args, '-d');
  }

  /** `weft run -d` with these arguments; returns the job's id. */
  async submit(...args: string[]): Promise<string> {
    const output = await this.weft('run', '-d', ...args);
    const id = /JobID ([0-9a-f]{32})/.exec(output)?.[1];
    if (id === undefined) throw new Error(`No JobID in: ${output}`);
    return id;
  }

  async status(): Promise<ClusterStatus> {
    return JSON.parse(await this.weft('status', '--json')) as ClusterStatus;
  }

  /** The JobManager's address of the newest running application. */
  async jobManager(): Promise<string> {
    return poll('a JobManager', async () => {
      const { applications } = await this.status();
      return applications.filter((app) => app.state === 'RUNNING' && app.trackingUrl !== '').at(-1)?.trackingUrl;
    });
  }

  /** Every process of the cluster, this measurement's own commands aside. */
  processes(): ClusterProcess[] {
    const found: ClusterProcess[] = [];
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
      try {
        const environment = readFileSync(`/proc/${entry}/environ`, 'utf8').replaceAll('\0', '\n');
        if (!environment.includes(this.home)) continue;
        const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const residentKb = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${entry}/status`, 'utf8'))?.[1] ?? 0);
        found.push({ pid: Number(entry), command, environment, residentMb: residentKb / 1024 });
      } catch {
        // The process ended meanwhile.
      }
    }
    return found;
  }

  taskManagers(): ClusterProcess[] {
    return this.processes().filter(
      ({ command }) => command.includes('taskmanager.mjs') && !command.startsWith('/bin/sh'),
    );
  }

  async down(): Promise<void> {
    await this.weft('down');
    rmSync(this.home, { recursive: true, force: true });
  }

  private async command(script: string, ...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [script, ...args], {
      env: {
        ...process.env,
        WEFT_HOME: this.home,
        ...(this.confFolder === undefined ? {} : { WEFT_CONF_DIR: this.confFolder }),
      },
    });
    return stdout;
  }
}
