/**
 * Items in an order that is kept by binary search: adding, removing and moving one costs the logarithm of their number
 * (and a copy of what lies behind, which is quick). Whatever the order depends on must not change while an item is in
 * the list, except through `reorder`.
 */
export class SortedList<T> {
  readonly items: T[] = [];

  /** @param compare a total order: 0 only for an item and itself */
  constructor(private readonly compare: (a: T, b: T) => number) {}

  /** Does nothing if it is there. @returns whether it was not */
  add(item: T): boolean {
    const at = this.position(item);
    if (this.items[at] === item) return false;
    this.items.splice(at, 0, item);
    return true;
  }

  /** Does nothing if it is not there. @returns whether it was there */
  remove(item: T): boolean {
    const at = this.position(item);
    if (this.items[at] !== item) return false;
    this.items.splice(at, 1);
    return true;
  }

  /** Makes the change, and puts the item where it belongs then, if it is in the list. */
  reorder(item: T, change: () => void): void {
    const at = this.position(item);
    const isHere = this.items[at] === item;
    change();
    if (!isHere) return;
    const [before, after] = [this.items[at - 1], this.items[at + 1]];
    if (before !== undefined && this.compare(before, item) > 0) this.items.splice(at, 1);
    else if (after !== undefined && this.compare(item, after) > 0) this.items.splice(at, 1);
    else return;
    this.items.splice(this.position(item), 0, item);
  }

  private position(item: T): number {
    // Who is served is mostly the first.
    if (this.items[0] === item) return 0;
    let [low, high] = [0, this.items.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = this.items[middle];
      if (other !== undefined && this.compare(other, item) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
