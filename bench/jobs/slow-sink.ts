/**
 * The job of the figures `checkpoint-backpressure`: records that come as fast as they are taken, or slowly, counted by key before a sink that
 * takes a millisecond for each, with some state and a checkpoint twice a second.
 */
import { parseArgs } from 'node:util';
import {
  KeyedProcessFunction,
  ListStateDescriptor,
  RichParallelSourceFunction,
  StreamExecutionEnvironment,
} from 'weft-stream';
import type { Collector, FunctionInitializationContext, ListState, SourceContext } from 'weft-stream';

interface Event {
  key: number;
  text: string;
}

const { values } = parseArgs({
  options: { 'rest-ms': { type: 'string', default: '0' }, 'state-mb': { type: 'string', default: '4' } },
});
const restMs = Number(values['rest-ms']);
const stateMb = Number(values['state-mb']);

/** Rests between two records, if it is to. */
class Events extends RichParallelSourceFunction<Event> {
  async run(context: SourceContext<Event>): Promise<void> {
    const text = 'x'.repeat(200);
    for (let key = 0; !context.isCancelled; key++) {
      await context.collect({ key, text });
      if (restMs > 0) await context.sleep(restMs);
    }
  }
}

/** Has state, so that a checkpoint has something to write in either case. */
class Carrying extends KeyedProcessFunction<number, Event, Event> {
  private state: ListState<string> | undefined;

  initializeState(context: FunctionInitializationContext): void {
    this.state = context.getOperatorStateStore().getListState(new ListStateDescriptor<string>('ballast'));
    this.state.update(Array.from({ length: stateMb * 16 }, (_, n) => String(n % 10).repeat(64 * 1024)));
  }

  /** The list stays as it is. */
  snapshotState(): void {}

  processElement(event: Event, _: unknown, out: Collector<Event>): void {
    out.collect(event);
  }
}

const environment = StreamExecutionEnvironment.getExecutionEnvironment();
environment.enableCheckpointing(500);
environment
  .addSource(new Events())
  .rebalance()
  .map((event) => event)
  .keyBy((event) => event.key % 1000)
  .process(new Carrying())
  .addSink(() => new Promise<void>((resolve) => setTimeout(resolve, 1)));
await environment.execute('slow sink');
