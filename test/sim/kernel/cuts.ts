/** Which hosts cannot reach which others, in which direction. */
export class Cuts {
  private readonly cut = new Map<string, number>();

  /** @param onHealed called after each end of a cut */
  constructor(private readonly onHealed: () => void) {}

  isCut(from: string, to: string): boolean {
    return this.cut.size > 0 && from !== to && this.cut.has(`${from}>${to}`);
  }

  /** The returned function ends the cut. */
  add(pairs: readonly (readonly [from: string, to: string])[]): () => void {
    for (const pair of pairs) this.change(pair, 1);
    return () => {
      for (const pair of pairs) this.change(pair, -1);
      this.onHealed();
    };
  }

  private change([from, to]: readonly [string, string], by: 1 | -1): void {
    const key = `${from}>${to}`;
    const count = (this.cut.get(key) ?? 0) + by;
    if (count > 0) this.cut.set(key, count);
    else this.cut.delete(key);
  }
}
