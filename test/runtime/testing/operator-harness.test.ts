import test from 'ava';
import {
  AsyncDataStream,
  KeyedProcessFunction,
  OutputTag,
  ProcessFunction,
  RichMapFunction,
  type Collector,
  type DataStream,
  type ProcessContext,
} from '../../../runtime/api/index.js';
import {
  keyedOperatorHarness,
  KeyedOneInputOperatorHarness,
  ManualClock,
  operatorHarness,
  twoInputOperatorHarness,
} from '../../../runtime/testing/index.js';

interface Sale {
  user: string;
  price: number;
}

test('a pipeline gives its output record by record', async (t) => {
  const harness = await operatorHarness((input: DataStream<number>) => input.map((n) => n * 2).filter((n) => n > 2));
  harness.processElement(1);
  t.deepEqual(harness.getOutput(), []);
  harness.processElements([2, 3]);
  t.deepEqual(harness.getOutput(), [4, 6]);
  harness.clearOutput();
  harness.processElement(5);
  t.deepEqual(harness.getOutput(), [10]);
  await harness.close();
});

test('keyed state is kept between records, by key', async (t) => {
  const harness = await keyedOperatorHarness(
    (sale: Sale) => sale.user,
    (sales) => sales.sum('price'),
  );
  t.true(harness instanceof KeyedOneInputOperatorHarness);
  harness.processElement({ user: 'ann', price: 2 });
  harness.processElement({ user: 'bob', price: 10 });
  harness.processElement({ user: 'ann', price: 3 });
  t.deepEqual(
    harness.getOutput().map(({ user, price }) => `${user} ${price}`),
    ['ann 2', 'bob 10', 'ann 5'],
  );
  await harness.close();
});

test('side outputs, timestamps and the time', async (t) => {
  const late = new OutputTag<string>('late');
  class Split extends ProcessFunction<number, number> {
    processElement(value: number, context: ProcessContext, out: Collector<number>): void {
      if (value < 0) context.output(late, `${value} of ${context.timestamp()} at ${context.currentProcessingTime()}`);
      else out.collect(value);
    }
  }
  const clock = new ManualClock(500);
  const harness = await operatorHarness((input: DataStream<number>) => input.process(new Split()), {
    sideOutputs: [late],
    clock,
  });
  harness.processElement(1, 10);
  harness.processElement(-1, 20);
  clock.advance(250);
  harness.processElement(-2);
  t.deepEqual(harness.getOutput(), [1]);
  t.deepEqual(harness.getSideOutput(late), ['-1 of 20 at 500', '-2 of null at 750']);
  t.throws(() => harness.getSideOutput(new OutputTag('other')), { message: /OutputTag\(other\) is not among/ });
  await harness.close();
});

test('functions are opened before the first record and closed with the input', async (t) => {
  const calls: string[] = [];
  class Tell extends RichMapFunction<number, string> {
    override open(): void {
      calls.push(`open ${this.getRuntimeContext().taskName}`);
    }
    map(value: number): string {
      calls.push(`map ${value}`);
      return `${this.getRuntimeContext().indexOfThisSubtask}/${value}`;
    }
    override close(): void {
      calls.push('close');
    }
  }
  const harness = await operatorHarness((input: DataStream<number>) => input.rebalance().map(new Tell()).name('tell'));
  harness.processElement(7);
  t.deepEqual(harness.getOutput(), ['0/7']);
  await harness.close();
  t.deepEqual(calls, ['open tell', 'map 7', 'close']);
});

test('failures are those of a job: named, with the operator', async (t) => {
  for (const keyed of [false, true]) {
    const harness = await operatorHarness((input: DataStream<number>) =>
      (keyed ? input.keyBy((n) => n) : input).map((n) => {
        if (n === 2) throw new RangeError('two');
        return n;
      }),
    );
    harness.processElement(1);
    t.throws(() => harness.processElement(2), {
      code: 'TASK_USER_FUNCTION_FAILED',
      message: 'Map (subtask 0): RangeError: two',
    });
    t.throws(() => harness.processElement(3), { code: 'TASK_USER_FUNCTION_FAILED' });
    t.deepEqual(harness.getOutput(), [1]);
    await t.throwsAsync(harness.close(), { code: 'TASK_USER_FUNCTION_FAILED' });
  }
  const promises = await operatorHarness((input: DataStream<number>) => input.map((n) => Promise.resolve(n) as never));
  t.throws(() => promises.processElement(1), { code: 'TASK_RETURNED_PROMISE' });
  await t.throwsAsync(promises.close());
});

test('a function that cannot open fails the harness at once', async (t) => {
  class Broken extends RichMapFunction<number, number> {
    override open(): void {
      throw new Error('no database');
    }
    map(value: number): number {
      return value;
    }
  }
  await t.throwsAsync(
    operatorHarness((input: DataStream<number>) => input.map(new Broken())),
    { message: /no database/ },
  );
});

test('two inputs share the operator’s state', async (t) => {
  class Join extends KeyedProcessFunction<string, Sale, string> {
    processElement(sale: Sale, context: ProcessContext<string>, out: Collector<string>): void {
      out.collect(`${context.getCurrentKey()}=${sale.price}`);
    }
  }
  const united = await twoInputOperatorHarness((left: DataStream<Sale>, right: DataStream<Sale>) =>
    left.union(right).keyBy('user').process(new Join()),
  );
  united.processElement1({ user: 'ann', price: 1 });
  united.processElements2([{ user: 'bob', price: 2 }]);
  united.processElement1({ user: 'ann', price: 3 });
  t.deepEqual(united.getOutput(), ['ann=1', 'bob=2', 'ann=3']);
  await united.close();

  let factor = 1;
  const connected = await twoInputOperatorHarness((numbers: DataStream<number>, factors: DataStream<number>) =>
    numbers.connect(factors).flatMap(
      (n) => [n * factor],
      (f) => {
        factor = f;
      },
    ),
  );
  connected.processElement1(2);
  connected.processElement2(10);
  connected.processElements1([2, 3]);
  t.deepEqual(connected.getOutput(), [2, 20, 30]);
  await connected.close();
});

test('without object reuse what a function keeps is its own; with it, chained functions see one object', async (t) => {
  for (const objectReuse of [false, true]) {
    const kept: { n: number }[] = [];
    const harness = await operatorHarness(
      (input: DataStream<{ n: number }>) =>
        input
          .map((record) => {
            kept.push(record);
            return record;
          })
          .map((record) => {
            record.n++;
            return record.n;
          }),
      { objectReuse },
    );
    harness.processElement({ n: 1 });
    t.deepEqual(harness.getOutput(), [2]);
    t.is(kept[0]?.n, objectReuse ? 2 : 1);
    await harness.close();
  }
});

test('a sink at the end: what it writes is its own business, and close() waits for it', async (t) => {
  const written: number[] = [];
  const harness = await operatorHarness((input: DataStream<number>) =>
    input.addSink({
      async invoke(value) {
        await Promise.resolve();
        written.push(value);
      },
    }),
  );
  harness.processElements([1, 2, 3]);
  t.deepEqual(harness.getOutput(), []);
  await harness.close();
  t.deepEqual(written, [1, 2, 3]);
});

test('operators wait while an output of one buffer is full, and lose nothing', async (t) => {
  const harness = await operatorHarness(
    (input: DataStream<number>) => input.flatMap((n) => (n % 2 === 0 ? [n, n, n] : [n])),
    { output: 'one-buffer' },
  );
  harness.processElements(Array.from({ length: 1000 }, (_, i) => i));
  const expected = Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? [i, i, i] : [i])).flat();
  t.deepEqual(harness.getOutput(), expected);
  t.is(harness.peakRecordsWithoutRoom, 3);
  await harness.close();
});

test('more records at once than a source may hold back', async (t) => {
  const harness = await operatorHarness((input: DataStream<number>) =>
    input.keyBy((n) => n % 10).reduce((a, b) => a + b),
  );
  harness.processElements(Array.from({ length: 50_000 }, () => 1));
  t.is(harness.getOutput().length, 50_000);
  t.is(harness.getOutput().at(-1), 50_000);
  await harness.close();
});

test('a pipeline that wants several subtasks is refused', async (t) => {
  await t.throwsAsync(
    operatorHarness((input: DataStream<number>) => input.map((n) => n).setParallelism(2)),
    { code: 'API_BAD_ARGUMENT', message: /one subtask/ },
  );
});

test('async operators: the test waits for their answers, and moves their timeouts', async (t) => {
  const answers = new Map<number, (result: string[]) => void>();
  const clock = new ManualClock();
  const harness = await operatorHarness<number, string>(
    (input) =>
      AsyncDataStream.unorderedWait(input, (n) => new Promise<string[]>((resolve) => answers.set(n, resolve)), 1000),
    { clock },
  );
  harness.processElements([1, 2, 3]);
  t.deepEqual(harness.getOutput(), []);
  answers.get(2)?.(['two']);
  await harness.until(() => harness.getOutput().length === 1);
  answers.get(1)?.(['one']);
  await harness.until(() => harness.getOutput().length === 2);
  t.deepEqual(harness.getOutput(), ['two', 'one']);
  clock.advance(1000);
  await t.throwsAsync(
    harness.until(() => false),
    { message: /1000 ms|time/i },
  );
  await t.throwsAsync(harness.close());
});
