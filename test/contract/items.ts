/** The records of the contract suite. */
export interface Item {
  key: string;
  n: number;
}

const KEYS = ['ann', 'bob', 'cid'];

export const ITEMS: readonly Item[] = Array.from({ length: 200 }, (_, i) => ({
  key: KEYS[(i * 7) % 3],
  n: (i * 37) % 101,
}));
