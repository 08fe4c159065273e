/** Functions of the contract suite that keep state, set timers and emit to a side output. */
import {
  CoProcessFunction,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  ListStateDescriptor,
  MapStateDescriptor,
  OutputTag,
  ProcessFunction,
  ValueStateDescriptor,
  type Collector,
  type ProcessContext,
} from '../../runtime/api/index.js';
import type { Item } from './items.js';

export const SIDE = new OutputTag<string>('side');

export class Tell extends ProcessFunction<Item, string> {
  processElement({ key, n }: Item, context: ProcessContext, out: Collector<string>): void {
    if (n % 2 === 0) context.output(SIDE, `even ${n}`);
    for (let i = 0; i < n % 3; i++) out.collect(`${key} ${n}`);
  }
}

const COUNT = new ValueStateDescriptor<number>('count');

export class Count extends KeyedProcessFunction<string, Item, string> {
  processElement({ n }: Item, context: ProcessContext<string>, out: Collector<string>): void {
    const count = this.getRuntimeContext().getState(COUNT);
    count.update((count.value() ?? 0) + 1);
    if (n % 2 === 0) context.output(SIDE, `${context.getCurrentKey()} ${n}`);
    out.collect(`${context.getCurrentKey()} ${count.value()}`);
  }
}

const WAITING = new ListStateDescriptor<number>('waiting');

/** Holds records back until a timer of their key is due. */
export class Alarms extends KeyedProcessFunction<string, Item, string> {
  constructor(private readonly domain: 'event' | 'processing') {
    super();
  }

  processElement({ n }: Item, context: ProcessContext<string>): void {
    this.getRuntimeContext().getListState(WAITING).add(n);
    const timers = context.timerService();
    if (this.domain === 'event') timers.registerEventTimeTimer(Number(context.timestamp()) + 30);
    else timers.registerProcessingTimeTimer(timers.currentProcessingTime() + 30);
  }

  override onTimer(timestampMs: number, context: ProcessContext<string>, out: Collector<string>): void {
    const waiting = this.getRuntimeContext().getListState(WAITING);
    const numbers = [...waiting.get()];
    waiting.clear();
    if (numbers.length > 0) out.collect(`${context.getCurrentKey()} at ${timestampMs}: ${numbers.join(' ')}`);
  }
}

export class Merge extends CoProcessFunction<Item, Item, string> {
  processElement1({ n }: Item, _context: ProcessContext, out: Collector<string>): void {
    out.collect(`left ${n}`);
  }

  processElement2({ n }: Item, context: ProcessContext): void {
    context.output(SIDE, `right ${n}`);
  }
}

const SUM = new ValueStateDescriptor<number>('sum');

export class MergeByKey extends KeyedCoProcessFunction<string, Item, Item, string> {
  processElement1({ n }: Item, context: ProcessContext<string>, out: Collector<string>): void {
    const sum = this.getRuntimeContext().getState(SUM);
    sum.update((sum.value() ?? 0) + n);
    out.collect(`${context.getCurrentKey()} ${sum.value()}`);
  }

  processElement2(item: Item, context: ProcessContext<string>, out: Collector<string>): void {
    context.output(SIDE, `${item.n}`);
    this.processElement1({ ...item, n: -item.n }, context, out);
  }
}

/** What a broadcast input has said of each key. */
export const RULES = new MapStateDescriptor<string, number>('rules');
