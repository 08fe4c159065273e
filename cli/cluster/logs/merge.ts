/**
 * Merges sequences by time, each of which is in order already; equal times come in the order of the sequences. Holds one
 * item of each.
 */
export async function* mergeByTime<T extends { timeMs: number }>(
  sequences: readonly AsyncIterable<T>[],
): AsyncGenerator<T> {
  const iterators = sequences.map((sequence) => sequence[Symbol.asyncIterator]());
  const heads = await Promise.all(iterators.map((iterator) => iterator.next()));
  for (;;) {
    let first: { index: number; value: T } | undefined;
    for (const [index, head] of heads.entries()) {
      if (head.done === true) continue;
      if (first === undefined || head.value.timeMs < first.value.timeMs) first = { index, value: head.value };
    }
    const iterator = first === undefined ? undefined : iterators[first.index];
    if (first === undefined || iterator === undefined) return;
    yield first.value;
    heads[first.index] = await iterator.next();
  }
}
