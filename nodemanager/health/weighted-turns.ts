/**
 * Whose turn it is, when each is to get turns in proportion to its weight: two of weight 3 and 1 get them as A A B A. Each
 * turn adds its share to everybody's credit, and takes 1 from the one with the highest.
 */
export class WeightedTurns {
  private readonly credits = new Map<string, number>();

  /**
   * @param weights above 0; they may be others each time
   * @returns undefined only if there are none
   */
  next(weights: ReadonlyMap<string, number>): string | undefined {
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
    let chosen: string | undefined;
    let highest = -Infinity;
    for (const [name, weight] of weights) {
      // Shares, so that credit keeps its worth when the weights change.
      const credit = (this.credits.get(name) ?? 0) + weight / total;
      this.credits.set(name, credit);
      if (credit <= highest) continue;
      highest = credit;
      chosen = name;
    }
    // One that is missing this time starts anew when it is back.
    for (const name of this.credits.keys()) if (!weights.has(name)) this.credits.delete(name);
    if (chosen !== undefined) this.credits.set(chosen, highest - 1);
    return chosen;
  }
}
