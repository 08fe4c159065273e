/** A folder for as long as this process lives, however it ends (but by SIGKILL). */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

export class TemporaryFolder {
  readonly path: string;

  constructor(prefix: string) {
    this.path = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
    process.on('exit', this.onExit);
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    process.off('exit', this.onExit);
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
  }

  private readonly onExit = (): void => {
    rmSync(this.path, { recursive: true, force: true });
  };

  /** Having a listener keeps the signal from ending the process; if nobody else wants to act on it, it shall do so still. */
  private readonly onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return;
    this.remove();
    process.kill(process.pid, signal);
  };
}
