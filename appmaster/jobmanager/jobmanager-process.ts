/** The JobManager beside the AppMaster: a child in the same process group, started again when it dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../runtime/common/clock.js';
import { WeftError } from '../../runtime/common/errors/index.js';
import { lastWords } from '../../runtime/common/log/last-words.js';
import type { Logger } from '../../runtime/common/log/logger.js';
import { DeathPolicy } from './death-policy.js';

/** How long a JobManager may take to end in order before it is killed. */
const STOP_GRACE_MS = 5000;

export interface JobManagerProcessOptions {
  /** Bundle that is run, and its arguments. */
  command: readonly string[];
  workDir: string;
  logDir: string;
  environment: NodeJS.ProcessEnv;
  clock: Clock;
  log: Logger;
  policy?: DeathPolicy;
  onStarted(pid: number): void;
  /** The process has ended and will be started again. */
  onDied(diagnostics: string): void;
  /** It died too often. */
  onGivenUp(error: WeftError): void;
}

export class JobManagerProcess {
  private child: ChildProcess | undefined;
  private stopping = false;
  private cancelRestart: (() => void) | undefined;
  private readonly policy: DeathPolicy;
  private readonly exits = new Set<() => void>();

  constructor(private readonly options: JobManagerProcessOptions) {
    this.policy = options.policy ?? new DeathPolicy();
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  start(): void {
    if (this.stopping || this.child !== undefined) return;
    const { command, workDir, environment, log } = this.options;
    mkdirSync(this.options.logDir, { recursive: true });
    const out = openSync(this.outFile, 'a');
    const err = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, command, { cwd: workDir, env: environment, stdio: ['ignore', out, err] });
    closeSync(out);
    closeSync(err);
    this.child = child;
    child.once('error', (error) => {
      log.error({ err: error }, 'could not start the JobManager');
      if (child.pid === undefined) this.ended(child, `it could not be started: ${error.message}`);
    });
    child.once('exit', (code, signal) => {
      this.ended(child, signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`);
    });
    if (child.pid !== undefined) {
      log.info({ jobManagerPid: child.pid }, 'started the JobManager');
      this.options.onStarted(child.pid);
    }
  }

  /** Ends a JobManager that hangs; it is started again like one that died by itself. */
  kill(): void {
    this.child?.kill('SIGKILL');
  }

  /** SIGTERM, SIGKILL after the grace time; resolves when the process is gone. It is not started again. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.cancelRestart?.();
    const { child } = this;
    if (child === undefined) return;
    await new Promise<void>((resolve) => {
      const cancelKill = this.options.clock.after(STOP_GRACE_MS, () => child.kill('SIGKILL'));
      this.exits.add(() => {
        cancelKill();
        resolve();
      });
      child.kill('SIGTERM');
    });
  }

  /** It is about to end by itself (its work is done): do not start it again. */
  expectEnd(): void {
    this.stopping = true;
  }

  private get outFile(): string {
    return join(this.options.logDir, 'jobmanager.out');
  }

  private get logFile(): string {
    return join(this.options.logDir, 'jobmanager.log');
  }

  private ended(child: ChildProcess, how: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    for (const resolve of this.exits) resolve();
    if (this.stopping) return;
    const { clock, log } = this.options;
    log.warn({ how, jobManagerPid: child.pid }, 'the JobManager died');
    const pauseMs = this.policy.died(clock.monotonicMs());
    if (pauseMs === undefined) {
      this.stopping = true;
      this.options.onGivenUp(this.failure(how));
      return;
    }
    this.options.onDied(how);
    if (pauseMs === 0) this.start();
    else {
      this.cancelRestart = clock.after(pauseMs, () => {
        this.start();
      });
    }
  }

  private failure(how: string): WeftError {
    const words = lastWords([this.outFile, this.logFile]);
    const ending = words.length === 0 ? '' : ` Its last words:\n${words.join('\n')}`;
    return new WeftError(
      'AM_JOBMANAGER_FAILED',
      `The JobManager died ${this.policy.deaths} times within ${this.policy.windowMs / 1000} s, at last with ${how}.${ending}`,
    );
  }
}
