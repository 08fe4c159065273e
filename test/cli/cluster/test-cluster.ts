/** Runs the built command `weft` on a home of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { containerProcesses, liveClusterProcesses } from '../../../cli/cluster/cluster-processes.js';
import { packageFile } from '../../../cli/program/package-root.js';
import { sleep, systemClock } from '../../../runtime/common/clock.js';
import { WeftHome } from '../../../runtime/common/home.js';

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Status {
  resourceManager: { url: string; pid: number } | null;
  nodeManagers: { nodeId: string; url: string; pid: number; state: string; containers: number }[];
  applications: { id: string; state: string }[];
}

export class TestCluster {
  readonly path = mkdtempSync(join(tmpdir(), 'weft-up-'));
  readonly home = new WeftHome(this.path);

  async weft(...words: string[]): Promise<Outcome> {
    return outcomeOf(this.start(...words));
  }

  /** The command, still running. */
  start(...words: string[]): ChildProcess {
    const environment = { ...process.env, WEFT_HOME: this.path, WEFT_LOG_LEVEL: 'info' };
    return spawn(process.execPath, [packageFile('dist/bin/weft.mjs'), ...words], { env: environment });
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.weft('status', '--json')).stdout) as Status;
  }

  /** Submits a program that runs in the AppMaster's container. @returns the application's id */
  async submit(code: string): Promise<string> {
    const { resourceManager } = await this.status();
    const url = `${resourceManager?.url ?? ''}/ws/v1/cluster/apps`;
    const post = (path: string, body?: object): Promise<Response> =>
      fetch(url + path, {
        method: 'POST',
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      });
    const id = ((await (await post('/new-application')).json()) as { 'application-id': string })['application-id'];
    const answer = await post('', {
      'application-id': id,
      'application-name': 'test',
      queue: 'default',
      'am-container-spec': { commands: { command: `{{NODE}} -e ${JSON.stringify(code)}` } },
      resource: { memory: 256, vCores: 1 },
      'max-app-attempts': 1,
    });
    if (answer.status !== 202) throw new Error(`submission was answered ${answer.status}: ${await answer.text()}`);
    return id;
  }

  /** Everything that still runs, by the cluster's own books. */
  processes(): number[] {
    return [...liveClusterProcesses(this.home).map(({ pid }) => pid), ...containerProcesses(this.home)];
  }

  hasRecords(): boolean {
    return existsSync(join(this.path, 'cluster'));
  }

  log(role: string): string {
    return readFileSync(join(this.home.logsDir, `${role}.log`), 'utf8');
  }

  async close(): Promise<void> {
    await this.weft('down');
    rmSync(this.path, { recursive: true, force: true });
  }
}

export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

/** Waits until the condition gives something. */
export async function eventually<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> {
  const deadlineMs = systemClock.monotonicMs() + 15_000;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (systemClock.monotonicMs() > deadlineMs) throw new Error(`waited in vain for: ${what}`);
    await sleep(systemClock, 50);
  }
}
