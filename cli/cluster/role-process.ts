/** One role under a supervisor: runs it, and runs it again when it dies. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '../../runtime/common/clock.js';
import { processStartTicks } from '../../runtime/common/process/process-identity.js';
import { RestartBackoff } from './restart-backoff.js';
import type { RoleCommand } from './role-command.js';
import type { SupervisedProcess } from './supervisor-record.js';

/** A log that has grown beyond this is put aside when its role starts. */
const LOG_LIMIT_BYTES = 32 * 1024 * 1024;

export interface RoleProcessOptions {
  readonly role: RoleCommand;
  readonly logFile: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly clock: Clock;
  /** A process of the role started. */
  onStarted(): void;
  /** It ended without having been asked to; it is started again after the pause. */
  onDied(how: string, pauseMs: number): void;
}

export class RoleProcess {
  private child: ChildProcess | undefined;
  private startedMs = 0;
  private stopping = false;
  private cancelRestart: (() => void) | undefined;
  private readonly backoff = new RestartBackoff();

  constructor(private readonly options: RoleProcessOptions) {}

  get name(): string {
    return this.options.role.name;
  }

  /** The running process. */
  get process(): SupervisedProcess | undefined {
    const pid = this.child?.pid;
    const startTicks = pid === undefined ? undefined : processStartTicks(pid);
    return pid === undefined || startTicks === undefined ? undefined : { name: this.name, pid, startTicks };
  }

  start(): void {
    const { clock, environment, logFile, role } = this.options;
    const [program = '', ...words] = role.command;
    const log = openLog(logFile);
    try {
      // A group of its own: Ctrl-C in a terminal is the supervisor's to hear, which then stops the roles in order.
      const child = spawn(program, words, { env: environment, detached: true, stdio: ['ignore', log, log] });
      this.child = child;
      this.startedMs = clock.monotonicMs();
      child.on('error', (error) => {
        this.died(child, error.message);
      });
      child.on('exit', (code, signal) => {
        this.died(child, signal ?? `exit code ${code}`);
      });
    } finally {
      closeSync(log);
    }
    this.options.onStarted();
  }

  /** It is about to be stopped: its end is no death. */
  letGo(): void {
    this.stopping = true;
    this.cancelRestart?.();
  }

  private died(child: ChildProcess, how: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    if (this.stopping) return;
    const { clock } = this.options;
    const pauseMs = this.backoff.pauseAfterDeath(clock.monotonicMs() - this.startedMs);
    this.options.onDied(how, pauseMs);
    // onDied may have decided to give up.
    if (this.isLetGo()) return;
    this.cancelRestart = clock.after(pauseMs, () => {
      this.start();
    });
  }

  private isLetGo(): boolean {
    return this.stopping;
  }
}

function openLog(path: string): number {
  mkdirSync(dirname(path), { recursive: true });
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_LIMIT_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a');
}
