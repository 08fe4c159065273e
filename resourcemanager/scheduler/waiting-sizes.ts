/**
 * The sizes of what waiting applications want next, counted, so that room which is too small for all of them costs
 * nothing to refuse, however many wait.
 */
export class WaitingSizes {
  private readonly counts = new Map<number, number>();
  /** Ascending. Applications want few different sizes. */
  private readonly sizes: number[] = [];

  /** What one application wants next has changed; undefined = nothing. */
  replace(beforeMb: number | undefined, afterMb: number | undefined): void {
    if (beforeMb === afterMb) return;
    if (beforeMb !== undefined) this.remove(beforeMb);
    if (afterMb !== undefined) this.add(afterMb);
  }

  /** The least memory that anybody waits for; infinite if nobody does. */
  get smallestMb(): number {
    return this.sizes[0] ?? Number.POSITIVE_INFINITY;
  }

  private add(sizeMb: number): void {
    const count = this.counts.get(sizeMb) ?? 0;
    this.counts.set(sizeMb, count + 1);
    if (count > 0) return;
    const at = this.sizes.findIndex((each) => each > sizeMb);
    this.sizes.splice(at === -1 ? this.sizes.length : at, 0, sizeMb);
  }

  private remove(sizeMb: number): void {
    const count = (this.counts.get(sizeMb) ?? 0) - 1;
    if (count > 0) this.counts.set(sizeMb, count);
    else {
      this.counts.delete(sizeMb);
      this.sizes.splice(this.sizes.indexOf(sizeMb), 1);
    }
  }
}
