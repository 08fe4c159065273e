/** Looks at the resident memory of every running container in a fixed rhythm and tells who uses more than it was given. */
import type { Clock } from '../../runtime/common/clock.js';
import type { MemoryReport } from '../../runtime/common/wire/protocols/exit-reason.js';
import { MemoryCurve } from './memory-curve.js';
import type { ContainerProcesses } from './container-processes.js';
import { childrenOf, residentBytes } from './process-tree.js';

const MB = 1024 * 1024;

export interface MemoryMonitorOptions {
  readonly clock: Clock;
  readonly processes: ContainerProcesses;
  readonly intervalMs: number;
  /** Whether to tell of excess at all; memory is measured in any case. */
  readonly enforce: boolean;
  /** Called once per container. */
  onExceeded(containerId: string): void;
}

interface Watched {
  readonly leaderPid: number;
  readonly curve: MemoryCurve;
  programPid: number | undefined;
  told: boolean;
}

export class MemoryMonitor {
  private readonly watched = new Map<string, Watched>();
  private cancel: (() => void) | undefined;

  constructor(private readonly options: MemoryMonitorOptions) {}

  start(): void {
    this.cancel = this.options.clock.every(this.options.intervalMs, () => {
      this.sample();
    });
  }

  stop(): void {
    this.cancel?.();
  }

  watch(containerId: string, leaderPid: number, limitMb: number): void {
    const curve = new MemoryCurve(limitMb * MB);
    this.watched.set(containerId, { leaderPid, curve, programPid: undefined, told: false });
  }

  forget(containerId: string): void {
    this.watched.delete(containerId);
  }

  /** Resident memory when last looked at. */
  residentMb(containerId: string): number | undefined {
    const watched = this.watched.get(containerId);
    return watched === undefined ? undefined : Math.round(watched.curve.latestBytes / MB);
  }

  /** The memory of a watched container over the last minute. */
  report(containerId: string): MemoryReport | undefined {
    return this.watched.get(containerId)?.curve.report();
  }

  get totalMb(): number {
    let bytes = 0;
    for (const { curve } of this.watched.values()) bytes += curve.latestBytes;
    return Math.round(bytes / MB);
  }

  /** The program itself: the only child of the wrapper around it. */
  programPid(containerId: string): number | undefined {
    const watched = this.watched.get(containerId);
    if (watched === undefined) return undefined;
    watched.programPid ??= childrenOf(watched.leaderPid)[0];
    return watched.programPid ?? watched.leaderPid;
  }

  /** One look at all. */
  sample(): void {
    const { clock, processes } = this.options;
    const nowMs = clock.monotonicMs();
    for (const [containerId, watched] of this.watched) {
      const bytes = processes.of(containerId, watched.leaderPid).reduce((sum, pid) => sum + residentBytes(pid), 0);
      watched.curve.add(nowMs, bytes);
      if (!this.options.enforce || watched.told || !watched.curve.exceeded) continue;
      watched.told = true;
      this.options.onExceeded(containerId);
    }
  }
}
