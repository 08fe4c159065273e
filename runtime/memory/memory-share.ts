/** What pages are cut to; bigger ones are made for what does not fit. */
export const PAGE_BYTES = 64 * 1024;

/** The budget of one owner. Pages that it gives back are kept for it until it needs their room for something else. */
export class MemoryShare {
  usedBytes = 0;
  /** What its owner wrote to files because it got no more memory. */
  spilledBytes = 0;
  private readonly idle: Uint8Array[] = [];

  constructor(
    readonly owner: string,
    readonly budgetBytes: number,
    private readonly onRelease: () => void,
  ) {}

  /** Books bytes that the owner keeps in buffers of its own. @returns whether the budget allows it */
  reserve(bytes: number): boolean {
    const room = this.budgetBytes - this.usedBytes - bytes;
    if (room < 0) return false;
    this.idle.length = Math.min(this.idle.length, Math.floor(room / PAGE_BYTES));
    this.usedBytes += bytes;
    return true;
  }

  unreserve(bytes: number): void {
    this.usedBytes -= bytes;
  }

  /** A page of `PAGE_BYTES`, or of as many of them as the bytes need. @returns undefined when the budget does not allow it */
  takePage(bytes = PAGE_BYTES): Uint8Array | undefined {
    const size = Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
    const kept = size === PAGE_BYTES ? this.idle.pop() : undefined;
    return this.reserve(size) ? (kept ?? new Uint8Array(size)) : undefined;
  }

  givePage(page: Uint8Array): void {
    this.unreserve(page.length);
    if (page.length === PAGE_BYTES) this.idle.push(page);
  }

  /** The owner is done: its budget goes back. */
  release(): void {
    this.usedBytes = 0;
    this.idle.length = 0;
    this.onRelease();
  }
}
