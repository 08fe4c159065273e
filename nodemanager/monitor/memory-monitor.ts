/** Looks at the resident memory of every running container in a fixed rhythm and tells who uses more than it was given. */
import type { Clock } from '../../runtime/common/clock.js';
import { MemoryCurve } from './memory-curve.js';
import { childrenOf, processTree, residentBytes } from './process-tree.js';

const MB = 1024 * 1024;

export interface MemoryMonitorOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Whether to tell of excess at all; memory is measured in any case. */
  readonly enforce: boolean;
  /** Called once per container, with a message for people that shows the curve. */
  onExceeded(containerId: string, description: string): void;
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
    const nowMs = this.options.clock.nowMs();
    for (const [containerId, watched] of this.watched) {
      const bytes = processTree(watched.leaderPid).reduce((sum, pid) => sum + residentBytes(pid), 0);
      watched.curve.add(nowMs, bytes);
      if (!this.options.enforce || watched.told || !watched.curve.exceeded) continue;
      watched.told = true;
      this.options.onExceeded(containerId, watched.curve.describe());
    }
  }
}
