/**
 * A job whose output shows at once whether each record was counted once: numbers, asked for slowly (so that some are always under
 * way), spread over the network, counted by key, each with a timer in event time.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputLines } from './word-count.js';

const KEYS = 40;

const PROGRAM = `import {
  AsyncDataStream, KeyedProcessFunction, StreamExecutionEnvironment, ValueStateDescriptor, WatermarkStrategy,
} from 'weft-stream';
const [count, output, interval] = process.argv.slice(2);
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.enableCheckpointing(Number(interval));
class Counting extends KeyedProcessFunction<number, number, string> {
  open() {
    this.seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', undefined, 0));
    this.fired = this.getRuntimeContext().getState(new ValueStateDescriptor('fired', undefined, 0));
  }
  processElement(n, context, out) {
    const seen = this.seen.value() + 1;
    this.seen.update(seen);
    context.timerService().registerEventTimeTimer(n);
    out.collect('record ' + n + ' ' + (n % ${KEYS}) + ' ' + seen);
  }
  onTimer(timestamp, context, out) {
    const fired = this.fired.value() + 1;
    this.fired.update(fired);
    out.collect('timer ' + timestamp + ' ' + (timestamp % ${KEYS}) + ' ' + fired);
  }
}
const slowly = async (n: number) => { await new Promise((resolve) => setTimeout(resolve, 10)); return [n]; };
AsyncDataStream.unorderedWait(env.fromSequence(1, Number(count)), slowly, 60_000, 'MILLISECONDS', 10)
  .assignTimestampsAndWatermarks(WatermarkStrategy.forBoundedOutOfOrderness(100).withTimestampAssigner((n) => n))
  .keyBy((n) => n % ${KEYS})
  .process(new Counting())
  .uid('counting')
  .writeAsText(output);
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

/** What is wrong with the output of an ended job: numbers that are missing or repeat, and keys that were counted wrongly. */
export function miscounted({ output, count }: SteadyJob): string[] {
  const wrong: string[] = [];
  for (const kind of ['record', 'timer']) {
    const lines = outputLines(output)
      .filter((line) => line.startsWith(kind))
      .map((line) => line.split(' ').slice(1).map(Number));
    const numbers = new Map<number, number>();
    const counts = new Map<string, number>();
    for (const [n, key, seen] of lines) {
      numbers.set(n, (numbers.get(n) ?? 0) + 1);
      counts.set(`${key}/${seen}`, (counts.get(`${key}/${seen}`) ?? 0) + 1);
    }
    for (let n = 1; n <= count; n++) {
      if (numbers.get(n) !== 1) wrong.push(`${kind} ${n} ${numbers.get(n) ?? 0} times`);
      // The numbers of a key are counted from 1 to how many there are, whatever their order.
      const place = `${n % KEYS}/${Math.ceil(n / KEYS)}`;
      if (counts.get(place) !== 1) wrong.push(`${kind} count ${place} ${counts.get(place) ?? 0} times`);
    }
  }
  return wrong.slice(0, 10);
}
