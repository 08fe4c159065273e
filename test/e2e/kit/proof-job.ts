/**
 * A job that has all that recovery must bring back: positions of a source, requests under way, windows, keyed state, timers, joins,
 * and a sink whose writers hand over to committers. Its sources stay when they have emitted everything, so that it can be stopped with a
 * savepoint that holds what the end leaves behind. Whatever happens meanwhile, output and state are the same.
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How far apart in event time a pair may be. */
export const JOIN_BOUND_MS = 450;

const PROGRAM = `import {
  AsyncDataStream, FileSink, KeyedProcessFunction, ListStateDescriptor, ProcessJoinFunction, RichParallelSourceFunction,
  SlidingEventTimeWindows, StreamExecutionEnvironment, Time, TumblingEventTimeWindows, ValueStateDescriptor,
} from 'weft-stream';
const [count, output, perPause] = process.argv.slice(2);
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.enableCheckpointing(100);
// Ten milliseconds from number to number, give or take a second.
const timeOf = (n: number) => n * 10 + ((n * 7919) % 200) * 5;
class Numbers extends RichParallelSourceFunction<number> {
  initializeState(context) {
    this.kept = context.getOperatorStateStore().getListState(new ListStateDescriptor('next'));
    this.next = [...this.kept.get()][0] ?? 1;
  }
  snapshotState() {
    this.kept.update([this.next]);
  }
  async run(context) {
    const { numberOfParallelSubtasks: p, indexOfThisSubtask: subtask } = this.getRuntimeContext();
    if (this.next === 1) this.next = subtask + 1;
    while (!context.isCancelled) {
      // What comes later is at least as late as this.
      context.emitWatermark(this.next * 10 - 1);
      if (this.next > Number(count)) {
        await context.sleep(50);
        continue;
      }
      const n = this.next;
      this.next += p;
      await context.collectWithTimestamp(n, timeOf(n));
      if (Math.ceil(n / p) % Number(perPause) === 0) await context.sleep(10);
    }
  }
}
class Counting extends KeyedProcessFunction<number, number, string> {
  open() {
    this.seen = this.getRuntimeContext().getState(new ValueStateDescriptor('seen', undefined, 0));
    this.fired = this.getRuntimeContext().getState(new ValueStateDescriptor('fired', undefined, 0));
  }
  processElement(n, context, out) {
    this.seen.update(this.seen.value() + 1);
    context.timerService().registerEventTimeTimer(timeOf(n) + 700);
    out.collect('record ' + n);
  }
  onTimer(timestamp, context, out) {
    this.fired.update(this.fired.value() + 1);
    out.collect('timer ' + context.getCurrentKey() + ' ' + timestamp + ' ' + this.fired.value());
  }
}
class Pairs extends ProcessJoinFunction<number, number, string> {
  processElement(left, right, context, out) {
    out.collect('pair ' + left + ' ' + right);
  }
}
const numbers = AsyncDataStream.orderedWait(env.addSource(new Numbers()).uid('numbers'), async (n) => [n], 60_000).uid('async');
const byKey = numbers.keyBy((n) => n % 40);
const counted = byKey.process(new Counting()).uid('counting');
const sums = byKey
  .window(SlidingEventTimeWindows.of(Time.milliseconds(1000), Time.milliseconds(500)))
  .reduce((a, b) => a + b)
  .uid('sums')
  .map((sum) => 'sum ' + sum);
const pairs = byKey
  .intervalJoin(numbers.filter((n) => n % 3 === 0).keyBy((n) => n % 40))
  .between(Time.milliseconds(-${JOIN_BOUND_MS}), Time.milliseconds(${JOIN_BOUND_MS}))
  .process(new Pairs())
  .uid('pairs');
const met = numbers
  .join(numbers.filter((n) => n % 5 === 0))
  .where((n) => n % 20)
  .equalTo((n) => n % 20)
  .window(TumblingEventTimeWindows.of(Time.milliseconds(800)))
  .apply((a, b) => 'met ' + a + ' ' + b)
  .uid('met');
counted.union(sums, pairs, met).sinkTo(FileSink.forRowFormat(output, (line) => line)).uid('sink');
await env.execute('proof');
`;

export interface ProofJob {
  program: string;
  output: string;
  /** For `weft run`, behind the program. */
  args: string[];
}

/**
 * @param folder for the program and a new output
 * @param numbersPerPause each source rests 10 ms after so many numbers
 */
export function proofJob(folder: string, name: string, count: number, numbersPerPause: number): ProofJob {
  const program = join(folder, 'proof.ts');
  writeFileSync(program, PROGRAM);
  const output = join(folder, name);
  return { program, output, args: [String(count), output, String(numbersPerPause)] };
}

/** What a reader of the sink's folder finds. Parts that are there stay as they are, so each is read once. */
export class VisibleOutput {
  private readonly known = new Set<string>();
  private readonly found: string[] = [];
  private numbers = 0;

  constructor(private readonly folder: string) {}

  /** In any order. */
  lines(): readonly string[] {
    let names: string[];
    try {
      names = readdirSync(this.folder);
    } catch {
      // Nothing was written yet.
      return this.found;
    }
    for (const name of names.filter((it) => !it.startsWith('.') && !this.known.has(it))) {
      this.known.add(name);
      const lines = readFileSync(join(this.folder, name), 'utf8').trimEnd().split('\n');
      this.found.push(...lines);
      this.numbers += lines.filter((line) => line.startsWith('record ')).length;
    }
    return this.found;
  }

  /** How many numbers have gone through, those that were counted twice included. */
  records(): number {
    this.lines();
    return this.numbers;
  }
}
