/**
 * A job whose output shows at once whether each record was counted once: numbers, asked for slowly (so that some are always under
 * way), spread over the network, written to a file.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputLines } from './word-count.js';

const PROGRAM = `import { AsyncDataStream, StreamExecutionEnvironment } from 'weft-stream';
const [count, output, interval] = process.argv.slice(2);
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.enableCheckpointing(Number(interval));
const slowly = async (n: number) => { await new Promise((resolve) => setTimeout(resolve, 10)); return [n]; };
const numbers = AsyncDataStream.unorderedWait(env.fromSequence(1, Number(count)), slowly, 60_000, 'MILLISECONDS', 10);
numbers.rebalance().map((n) => n).writeAsText(output);
await env.execute('steady');
`;

export interface SteadyJob {
  program: string;
  output: string;
  /** For `weft run`, behind the program. */
  args: string[];
  count: number;
}

/** @param count how many numbers; about 1,000 a second and subtask go through */
export function steadyJob(folder: string, count: number, intervalMs: number): SteadyJob {
  const program = join(folder, 'steady.ts');
  writeFileSync(program, PROGRAM);
  const output = join(folder, 'out');
  return { program, output, args: [String(count), output, String(intervalMs)], count };
}

/** What is wrong with the output: numbers that are missing or repeat. */
export function miscounted({ output, count }: SteadyJob): { missing: number[]; repeated: number[] } {
  const seen = new Map<number, number>();
  for (const line of outputLines(output)) seen.set(Number(line), (seen.get(Number(line)) ?? 0) + 1);
  const missing = Array.from({ length: count }, (_, n) => n + 1).filter((n) => !seen.has(n));
  const repeated = [...seen].filter(([, times]) => times > 1).map(([n]) => n);
  return { missing: missing.slice(0, 10), repeated: repeated.slice(0, 10) };
}
