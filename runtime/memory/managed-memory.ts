import { WeftError } from '../common/errors/index.js';
import { formatBytes } from '../common/units.js';
import { MemoryShare } from './memory-share.js';

/** Bytes of one owner. */
export interface MemoryOwnerUsage {
  owner: string;
  usedBytes: number;
  /** What it may use. */
  budgetBytes: number;
  /** What it wrote to files because it got no more memory. */
  spilledBytes: number;
}

/** Bytes of one slot. */
export interface ManagedUsage {
  totalBytes: number;
  usedBytes: number;
  owners: MemoryOwnerUsage[];
}

/** The managed memory of one slot thread. Owners get budgets, which together never exceed it, and take pages within them. */
export class ManagedMemory {
  private readonly shares = new Set<MemoryShare>();

  /**
   * @param totalBytes the slot's part of the TaskManager's managed memory
   * @param plan how that memory came about, for messages
   */
  constructor(
    readonly totalBytes: number,
    private readonly plan: string,
  ) {}

  /** What no owner has a claim on. */
  get unclaimedBytes(): number {
    let bytes = this.totalBytes;
    for (const { budgetBytes } of this.shares) bytes -= budgetBytes;
    return bytes;
  }

  /**
   * A budget for the owner.
   * @param leastBytes with less it cannot work
   * @throws TASK_MANAGED_MEMORY, with the plan, when the budget is below that or not there any longer
   */
  claim(owner: string, budgetBytes: number, leastBytes = 0): MemoryShare {
    const budget = Math.floor(Math.min(budgetBytes, this.unclaimedBytes));
    if (budget < leastBytes) throw this.tooLittle(owner, leastBytes, budget);
    const share = new MemoryShare(owner, budget, () => this.shares.delete(share));
    this.shares.add(share);
    return share;
  }

  /** Something of the owner's needs more than its budget. */
  tooLittle(owner: string, neededBytes: number, budgetBytes: number): WeftError {
    const has = `${formatBytes(Math.max(0, budgetBytes))} of the slot's ${formatBytes(this.totalBytes)}`;
    return new WeftError(
      'TASK_MANAGED_MEMORY',
      `${owner} needs ${formatBytes(neededBytes)} of managed memory at least, but has ${has}: ${this.plan}.`,
      { subject: owner },
    );
  }

  usage(): ManagedUsage {
    const owners = [...this.shares].map(({ owner, usedBytes, budgetBytes, spilledBytes }) => ({
      ...{ owner, usedBytes, budgetBytes, spilledBytes },
    }));
    return {
      totalBytes: this.totalBytes,
      usedBytes: owners.reduce((sum, { usedBytes }) => sum + usedBytes, 0),
      owners,
    };
  }
}
