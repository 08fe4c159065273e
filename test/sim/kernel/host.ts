/** A simulated machine: processes, files, and a clock that may be wrong. */
import type { Kernel } from './kernel.js';
import { SimProcess } from './process.js';

/** What was written this long ago has reached the disk. */
const WRITE_BACK_MS = 5000;

interface File {
  text: string;
  /** What a loss of power leaves of it. */
  durable: string | undefined;
  writtenMs: number;
}

export class Host {
  isUp = true;
  /** How far its wall clock is from the true time. */
  clockOffsetMs = 0;
  readonly processes = new Set<SimProcess>();
  private readonly files = new Map<string, File>();
  private pids = 100;

  constructor(
    readonly kernel: Kernel,
    readonly name: string,
  ) {}

  spawn(name: string): SimProcess {
    const process = new SimProcess(this.kernel, this, `${name}@${this.name}`, ++this.pids);
    this.processes.add(process);
    return process;
  }

  write(path: string, text: string): void {
    const known = this.files.get(path);
    const durable = known === undefined || !this.isWrittenBack(known) ? known?.durable : known.text;
    this.files.set(path, { text, durable, writtenMs: this.kernel.nowMs });
  }

  read(path: string): string | undefined {
    return this.files.get(path)?.text;
  }

  remove(path: string): void {
    this.files.delete(path);
  }

  /** Names that begin with the prefix, in order. */
  list(prefix: string): string[] {
    return [...this.files.keys()].filter((path) => path.startsWith(prefix)).sort();
  }

  /**
   * Power fails: all processes are gone, and of what was written last some is old, torn or missing.
   * @param losesDisk all that was written is gone
   */
  crash(losesDisk: boolean): void {
    this.isUp = false;
    for (const process of [...this.processes]) process.signal('SIGKILL');
    if (losesDisk) this.files.clear();
    const { random } = this.kernel;
    for (const [path, file] of this.files) {
      if (this.isWrittenBack(file) || random.chance(0.5)) continue;
      if (random.chance(0.5)) file.text = file.text.slice(0, file.text.length >> 1);
      else if (file.durable === undefined) this.files.delete(path);
      else file.text = file.durable;
    }
  }

  private isWrittenBack(file: File): boolean {
    return this.kernel.nowMs - file.writtenMs > WRITE_BACK_MS;
  }
}
