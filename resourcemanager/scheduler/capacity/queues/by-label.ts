/** One of something for each label of nodes; that of nodes without a label, which nearly all look-ups are for, is at hand. */
export class ByLabel<T> {
  readonly main: T;
  private readonly others = new Map<string, T>();

  constructor(private readonly create: (label: string) => T) {
    this.main = create('');
  }

  /** Made if it is not there. */
  of(label: string): T {
    if (label === '') return this.main;
    let found = this.others.get(label);
    if (found === undefined) {
      found = this.create(label);
      this.others.set(label, found);
    }
    return found;
  }

  find(label: string): T | undefined {
    return label === '' ? this.main : this.others.get(label);
  }

  /** The main one first. */
  get all(): T[] {
    return [this.main, ...this.others.values()];
  }
}
