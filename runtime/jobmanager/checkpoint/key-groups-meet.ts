/** The parallelism of a task, and in how many key groups its keys are divided. */
interface Shares {
  readonly parallelism: number;
  readonly maxParallelism: number;
}

/** Whether the ranges of key groups of a subtask of then and one of now have one in common (Flink's arithmetic). */
export function keyGroupsMeet(
  { parallelism: formerParallelism, maxParallelism }: Shares,
  former: number,
  { parallelism }: Shares,
  subtask: number,
): boolean {
  const startOf = (p: number, n: number): number => Math.ceil((n * maxParallelism) / p);
  const endOf = (p: number, n: number): number => Math.floor(((n + 1) * maxParallelism - 1) / p);
  return (
    startOf(formerParallelism, former) <= endOf(parallelism, subtask) &&
    startOf(parallelism, subtask) <= endOf(formerParallelism, former)
  );
}
