/**
 * The job of the figure `checkpoint`: numbers as fast as they go, counted under very many keys, with a checkpoint each second.
 */
import { parseArgs } from 'node:util';
import { KeyedProcessFunction, StreamExecutionEnvironment, ValueStateDescriptor, type ValueState } from 'weft-stream';

class Counting extends KeyedProcessFunction<number, number, number> {
  private count: ValueState<number> | undefined;

  override open(): void {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor<number>('count'));
  }

  processElement(): void {
    this.count?.update((this.count.value() ?? 0) + 1);
  }
}

const { values } = parseArgs({ options: { keys: { type: 'string', default: '600000' } } });
const keys = Number(values.keys);
const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.enableCheckpointing(1000);
environment
  .fromSequence(0, Number.MAX_SAFE_INTEGER)
  // Spread over the keys in an order that no cache likes.
  .keyBy((n) => Math.imul(n, 0x9e3779b1) % keys)
  .process(new Counting())
  .addSink(() => undefined);
await environment.execute('keyed state');
