/* eslint @typescript-eslint/no-unused-vars: off, @typescript-eslint/no-unsafe-call: off, @typescript-eslint/no-unsafe-return: off --
   values are only used as types, and refused calls have no type */
/**
 * What the compiler must accept and refuse about a program. Checked by the build: an `@ts-expect-error` without an error
 * is an error itself. Nothing here is run.
 */
import {
  TumblingEventTimeWindows,
  GlobalWindows,
  CountTrigger,
  AsyncDataStream,
  AsyncRetryStrategies,
  DataGeneratorSource,
  JsonSchema,
  KeyedCoProcessFunction,
  KeyedProcessFunction,
  LongCounter,
  OutputTag,
  ProcessFunction,
  RestartStrategies,
  RichFlatMapFunction,
  RichMapFunction,
  StreamExecutionEnvironment,
  Time,
  Types,
  splitSource,
  type Collector,
  type DataStream,
  type JobExecutionResult,
  type KeyedStream,
  type ProcessContext,
  type SourceContext,
  type StandardSchemaV1,
  type TypeOf,
} from '../../runtime/api/index.js';

type Equal<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false;
type RecordOf<S> = S extends DataStream<infer T> ? T : never;
type KeyOf<S> = S extends KeyedStream<infer _T, infer K> ? K : never;

/** Takes only `true`: says that two types are the same. */
declare function same<_Proof extends true>(): void;

interface Reading {
  sensor: string;
  value: number;
  total: bigint;
  valid: boolean;
  at: Date;
  tags: string[];
  note?: string;
  detail: { unit: string };
}

declare const env: StreamExecutionEnvironment;
declare const readings: DataStream<Reading>;
declare const numbers: DataStream<number>;
declare const tuples: DataStream<[string, number]>;

export function recordTypesFlow(): void {
  const lines = env.readTextFile('/in');
  same<Equal<RecordOf<typeof lines>, string>>();
  const words = lines.flatMap((line) => line.split(' '));
  same<Equal<RecordOf<typeof words>, string>>();
  const pairs = words.map((word) => ({ word, count: 1 }));
  same<Equal<RecordOf<typeof pairs>, { word: string; count: number }>>();
  const summed = pairs.keyBy((pair) => pair.word).sum('count');
  same<Equal<RecordOf<typeof summed>, { word: string; count: number }>>();
  const long = pairs.filter(({ word }) => word.length > 3).keyBy('word');
  same<Equal<RecordOf<typeof long>, { word: string; count: number }>>();
  // @ts-expect-error the record has no such field
  pairs.map((pair) => pair.words);
}

export function sourcesKnowTheirRecords(): void {
  same<Equal<RecordOf<ReturnType<typeof env.fromSequence>>, number>>();
  const elements = env.fromElements('a', 'b');
  same<Equal<RecordOf<typeof elements>, string>>();
  const set = env.fromCollection(new Set([1n]));
  same<Equal<RecordOf<typeof set>, bigint>>();
  const generated = env.addSource(function* () {
    yield 1;
  });
  same<Equal<RecordOf<typeof generated>, number>>();
  const emitted = env.addSource(async (context: SourceContext<Reading>) => {
    await context.sleep(1);
  });
  same<Equal<RecordOf<typeof emitted>, Reading>>();
  // @ts-expect-error a collection is iterable
  env.fromCollection({ length: 1 });
  // @ts-expect-error a source needs run()
  env.addSource({ start: () => undefined });
}

export function sourcesOfSplitsAndIterables(): void {
  const generated = env.fromSource(new DataGeneratorSource((n) => ({ n }), 10));
  same<Equal<RecordOf<typeof generated>, { n: number }>>();
  const split = env.fromSource(splitSource({ splits: () => [1n], read: (part: bigint) => [String(part)] }));
  same<Equal<RecordOf<typeof split>, string>>();
  const iterated = env.fromAsyncIterable(async function* () {
    yield await Promise.resolve(true);
  });
  same<Equal<RecordOf<typeof iterated>, boolean>>();
  const parsed = env.readFile(new JsonSchema<Reading>(), '/in', 'PROCESS_CONTINUOUSLY', '1 s');
  same<Equal<RecordOf<typeof parsed>, Reading>>();
  // @ts-expect-error the splits are texts
  splitSource({ splits: () => ['a'], read: (part: number) => [part] });
  // @ts-expect-error a source makes an enumerator and readers
  env.fromSource({ splits: () => [1], read: (part: number) => [part] });
  // @ts-expect-error an iterable is opened where the source runs
  env.fromAsyncIterable([1, 2]);
  // @ts-expect-error no such mode
  env.readFile(new JsonSchema<Reading>(), '/in', 'ALWAYS');
}

export function functionsInEveryForm(): void {
  class Length extends RichMapFunction<string, number> {
    map(value: string): number {
      return value.length;
    }
  }
  class Split extends RichFlatMapFunction<string, string> {
    flatMap(value: string, out: Collector<string>): void {
      for (const word of value.split(' ')) out.collect(word);
    }
  }
  const lines = env.fromElements('a b');
  const lengths = lines.flatMap(new Split()).map(new Length());
  same<Equal<RecordOf<typeof lengths>, number>>();
  const plain = lines.map({ map: (value: string) => value.length > 1 });
  same<Equal<RecordOf<typeof plain>, boolean>>();
  const collected = lines.flatMap((line, out: Collector<number>) => out.collect(line.length));
  same<Equal<RecordOf<typeof collected>, number>>();
  const named = lines.flatMap<number>((line, out) => out.collect(line.length));
  same<Equal<RecordOf<typeof named>, number>>();
  // @ts-expect-error Length takes strings
  numbers.map(new Length());
  // @ts-expect-error the collector takes numbers
  lines.flatMap<number>((line, out) => out.collect(line));
  // @ts-expect-error a filter says true or false
  numbers.filter((value) => `${value}`);
  // @ts-expect-error map needs a function
  numbers.map();
  // @ts-expect-error an instance, not the class
  lines.map(Length);
}

export function aTypeGuardNarrows(): void {
  const mixed = env.fromElements<string | number>('a', 1);
  const strings = mixed.filter((value): value is string => typeof value === 'string');
  same<Equal<RecordOf<typeof strings>, string>>();
}

export function keys(): void {
  const byFunction = readings.keyBy((reading) => reading.sensor);
  same<Equal<KeyOf<typeof byFunction>, string>>();
  const byField = readings.keyBy('value');
  same<Equal<KeyOf<typeof byField>, number>>();
  const byFields = readings.keyBy('sensor', 'at');
  same<Equal<KeyOf<typeof byFields>, [string, Date]>>();
  const byPosition = tuples.keyBy(0);
  same<Equal<KeyOf<typeof byPosition>, string>>();
  const bySelector = readings.keyBy({ getKey: (reading: Reading) => reading.total });
  same<Equal<KeyOf<typeof bySelector>, bigint>>();
  const byParts = readings.keyBy((reading) => [reading.sensor, reading.value] as const);
  same<Equal<KeyOf<typeof byParts>, readonly [string, number]>>();
  // @ts-expect-error no such field
  readings.keyBy('sensr');
  // @ts-expect-error no such second field
  readings.keyBy('sensor', 'valu');
  // @ts-expect-error a key may not be undefined
  readings.keyBy('note');
  // @ts-expect-error a key may not be undefined
  readings.keyBy((reading) => reading.note);
  // @ts-expect-error an object has no form as a key
  readings.keyBy((reading) => reading.detail);
  // @ts-expect-error a promise is no key
  readings.keyBy(async (reading) => Promise.resolve(reading.sensor));
  // @ts-expect-error a function is no key
  readings.keyBy((reading) => () => reading.sensor);
  // @ts-expect-error the tuple has two positions
  tuples.keyBy(2);
  // @ts-expect-error a number has no fields
  numbers.keyBy('value');
}

export function aggregations(): void {
  const keyed = readings.keyBy('sensor');
  keyed.sum('value');
  keyed.sum('total');
  keyed.min('at');
  keyed.max('sensor');
  keyed.maxBy('value', false);
  tuples.keyBy(0).sum(1);
  numbers.keyBy((n) => n % 2).sum();
  numbers.keyBy((n) => n % 2).maxBy();
  // @ts-expect-error only numbers can be summed
  keyed.sum('sensor');
  // @ts-expect-error only numbers can be summed
  keyed.sum('valid');
  // @ts-expect-error which field?
  keyed.sum();
  // @ts-expect-error arrays have no order
  keyed.max('tags');
  // @ts-expect-error a field that may be missing
  keyed.minBy('note');
  // @ts-expect-error position 0 is text
  tuples.keyBy(0).sum(0);
  // @ts-expect-error a number has no fields
  numbers.keyBy((n) => n % 2).sum('value');
  // @ts-expect-error aggregations need a key
  readings.sum('value');
  // @ts-expect-error reduce gives the type that it takes
  keyed.reduce((a, b) => a.value + b.value);
}

export function processFunctionsKnowTheirKey(): void {
  class Alert extends KeyedProcessFunction<string, Reading, number> {
    processElement(value: Reading, context: ProcessContext<string>, out: Collector<number>): void {
      out.collect(value.value + context.getCurrentKey().length);
    }
  }
  const alerts = readings.keyBy('sensor').process(new Alert());
  same<Equal<RecordOf<typeof alerts>, number>>();
  readings.keyBy('value').process<number>((reading, context, out) => {
    same<Equal<ReturnType<typeof context.getCurrentKey>, number>>();
    out.collect(reading.value);
  });
  readings.process<number>((_reading, context) => {
    same<Equal<ReturnType<typeof context.getCurrentKey>, undefined>>();
  });
  // @ts-expect-error the key is a number, not text
  readings.keyBy('value').process(new Alert());
  // @ts-expect-error the stream has no key
  readings.process(new Alert());
}

export function connectedStreams(): void {
  const connected = readings.connect(numbers);
  const mapped = connected.map(
    (reading) => reading.sensor,
    (n) => String(n),
  );
  same<Equal<RecordOf<typeof mapped>, string>>();
  const flat = connected.flatMap({ flatMap1: (reading: Reading) => [reading.at], flatMap2: (_n: number) => [] });
  same<Equal<RecordOf<typeof flat>, Date>>();
  class Join extends KeyedCoProcessFunction<string, Reading, number, Date> {
    processElement1(reading: Reading, context: ProcessContext<string>, out: Collector<Date>): void {
      out.collect(context.getCurrentKey() === '' ? new Date() : reading.at);
    }
    processElement2(): void {}
  }
  class Join2 extends KeyedCoProcessFunction<string, Reading, Reading, Date> {
    processElement1(): void {}
    processElement2(): void {}
  }
  const joined = connected.keyBy((reading) => reading.sensor, String).process(new Join());
  same<Equal<RecordOf<typeof joined>, Date>>();
  readings.keyBy('sensor').connect(numbers.keyBy(String)).process(new Join());
  readings.connect(readings).keyBy('sensor', 'sensor').process(new Join2());
  // @ts-expect-error the stream has no key
  connected.process(new Join());
  // @ts-expect-error keys of different types
  connected.keyBy('sensor', (n: number) => n);
  const lengthOf = (reading: Reading): number => reading.sensor.length;
  // @ts-expect-error keys of different types
  connected.keyBy(lengthOf, String);
  // @ts-expect-error one stream is not keyed
  readings.keyBy('sensor').connect(numbers).process(new Join());
  // @ts-expect-error the second function takes numbers
  connected.map(lengthOf, lengthOf);
  // @ts-expect-error both functions give the same type
  connected.map(lengthOf, String);
}

export function loopsAndProjections(): void {
  const loop = readings.iterate('5 s');
  same<Equal<RecordOf<typeof loop>, Reading>>();
  loop.closeWith(loop.filter((reading) => reading.valid));
  // @ts-expect-error what comes round has the type of the loop
  loop.closeWith(loop.map((reading) => reading.value));
  const swapped = tuples.project(1, 0);
  same<Equal<RecordOf<typeof swapped>, [number, string]>>();
  const fewer = readings.project('at', 'sensor');
  same<Equal<RecordOf<typeof fewer>, Pick<Reading, 'at' | 'sensor'>>>();
  // @ts-expect-error the tuple has two positions
  tuples.project(2);
  // @ts-expect-error no such field
  readings.project('sensr');
}

export function asyncOperators(): void {
  const looked = AsyncDataStream.orderedWait(
    readings,
    async (reading) => Promise.resolve([reading.value]),
    1,
    'SECONDS',
  );
  same<Equal<RecordOf<typeof looked>, number>>();
  const called = AsyncDataStream.unorderedWait<Reading, Date>(
    readings,
    (reading, future) => future.complete([reading.at]),
    '1 s',
  );
  same<Equal<RecordOf<typeof called>, Date>>();
  AsyncDataStream.orderedWaitWithRetry(
    numbers,
    async (n) => Promise.resolve([String(n)]),
    1,
    'SECONDS',
    10,
    AsyncRetryStrategies.fixedDelay<string>(3, '10 ms').ifResult((texts) => texts.includes('')),
  );
  // @ts-expect-error the promise gives an array
  AsyncDataStream.orderedWait(numbers, async (n) => Promise.resolve(String(n)), 1);
  // @ts-expect-error the function waits for nothing
  AsyncDataStream.orderedWait(numbers, (n) => [n], 1);
}

export async function collectedResults(): Promise<void> {
  for await (const reading of readings.executeAndCollect()) same<Equal<typeof reading, Reading>>();
  const first = await readings.executeAndCollect(3);
  same<Equal<typeof first, Reading[]>>();
  const client = await env.executeAsync('job');
  same<Equal<ReturnType<typeof client.getJobExecutionResult>, Promise<JobExecutionResult>>>();
}

export function sideOutputs(): void {
  const late = new OutputTag<Reading>('late');
  class Split extends ProcessFunction<Reading, string> {
    processElement(reading: Reading, context: ProcessContext, out: Collector<string>): void {
      context.output(late, reading);
      out.collect(reading.sensor);
      // @ts-expect-error the tag is for readings
      context.output(late, reading.sensor);
    }
  }
  const split = readings.process(new Split());
  same<Equal<RecordOf<typeof split>, string>>();
  const side = split.getSideOutput(late);
  same<Equal<RecordOf<typeof side>, Reading>>();
  // @ts-expect-error a tag, not its name
  split.getSideOutput('late');
}

export function accumulators(result: JobExecutionResult): void {
  class Count extends RichMapFunction<number, number> {
    private readonly seen = new LongCounter();
    override open(): void {
      this.getRuntimeContext().addAccumulator('seen', this.seen);
      same<Equal<ReturnType<typeof this.seen.getLocalValue>, number>>();
      // @ts-expect-error not an accumulator
      this.getRuntimeContext().addAccumulator('other', { add: () => undefined });
    }
    map(value: number): number {
      this.seen.add(1);
      // @ts-expect-error counters take numbers
      this.seen.add('1');
      return value;
    }
  }
  numbers.map(new Count());
  const seen = result.getAccumulatorResult<number>('seen');
  same<Equal<typeof seen, number | undefined>>();
}

export function unionsAndPartitioners(): void {
  const both = numbers.union(env.fromSequence(1, 2));
  same<Equal<RecordOf<typeof both>, number>>();
  numbers.partitionCustom(
    (key: number, n) => key % n,
    (value) => value,
  );
  readings.partitionCustom((sensor: string, n) => sensor.length % n, 'sensor');
  // @ts-expect-error streams of another type
  numbers.union(readings);
  // @ts-expect-error the key is text
  readings.partitionCustom((sensor: number, n) => sensor % n, 'sensor');
  // @ts-expect-error only an operator has a name; a partitioning has none
  numbers.rebalance().name('x');
  // @ts-expect-error a stream by key is not tuned either
  numbers.keyBy((n) => n).setParallelism(2);
}

export function sinks(): void {
  readings.writeAsText('/out', { format: (reading) => reading.sensor });
  readings.addSink(async () => Promise.resolve());
  readings.print('>').name('Out').uid('out').setParallelism(1).slotSharingGroup('sinks').disableChaining();
  // @ts-expect-error a sink of numbers cannot take readings
  readings.addSink({ invoke: (_value: number) => undefined });
  // @ts-expect-error the format gives text
  readings.writeAsText('/out', { format: (reading) => reading.value });
  // @ts-expect-error a sink has no output
  readings.print().map((reading) => reading);
}

export async function environments(): Promise<void> {
  env.setRestartStrategy(RestartStrategies.fixedDelayRestart(3, Time.of(10, 'SECONDS')));
  env.getConfig().enableObjectReuse().setGlobalJobParameters({ city: 'Oslo' });
  const table = await env.value('table', async () => Promise.resolve([1, 2]));
  same<Equal<typeof table, number[]>>();
  const result = await env.execute('job');
  same<Equal<typeof result, JobExecutionResult>>();
  // @ts-expect-error no such unit
  Time.of(10, 'FORTNIGHTS');
  // @ts-expect-error parallelism is a number
  env.setParallelism('2');
  // @ts-expect-error an environment is asked for, not made
  new StreamExecutionEnvironment();
}

export function declaredTypes(): void {
  const reading = Types.ROW({
    sensor: Types.STRING,
    value: Types.DOUBLE,
    place: Types.OPTIONAL(Types.TUPLE(Types.INT, Types.NULLABLE(Types.DATE))),
    unit: Types.ENUM('C', 'F'),
  });
  type Declared = TypeOf<typeof reading>;
  same<
    Equal<Declared, { sensor: string; value: number; unit: 'C' | 'F'; place?: [number, Date | null] | undefined }>
  >();
  const parsed = numbers.map((n) => JSON.parse(String(n)) as unknown).returns(reading);
  same<Equal<RecordOf<typeof parsed>, Declared>>();
  numbers.map((n) => ({ n })).returns(Types.ROW({ n: Types.INT }));
  const wide = numbers.map((n) => n).returns({} as StandardSchemaV1<unknown, Date>);
  same<Equal<RecordOf<typeof wide>, Date>>();
  same<Equal<TypeOf<typeof Types.BIG_INT>, bigint>>();
  const bytes = Types.MAP(Types.STRING, Types.SET(Types.TYPED_ARRAY(Uint8Array)));
  same<Equal<TypeOf<typeof bytes>, Map<string, Set<Uint8Array>>>>();
  // @ts-expect-error numbers are no texts
  numbers.map((n) => n).returns(Types.STRING);
  // @ts-expect-error a schema of texts cannot take numbers
  numbers.map((n) => n).returns({} as StandardSchemaV1<string, Date>);
  // @ts-expect-error a field has a type of Types
  Types.ROW({ a: String });
  // @ts-expect-error no such class
  Types.TYPED_ARRAY(DataView);
}

/** Windows and joins: what functions are handed, and what comes out. */
export function windowTypesFlow(): void {
  const bySensor = readings.keyBy('sensor');
  const windows = bySensor.window(TumblingEventTimeWindows.of(Time.seconds(1)));
  same<Equal<RecordOf<ReturnType<typeof windows.minBy>>, Reading>>();
  const sums = windows.aggregate(
    { createAccumulator: () => 0, add: ({ value }, sum: number) => sum + value, getResult: (sum) => `${sum}` },
    (key, context, [text], out: Collector<[string, string, number]>) => out.collect([key, text, context.window().end]),
  );
  same<Equal<RecordOf<typeof sums>, [string, string, number]>>();
  const texts = windows.process((_key, context, elements, out: Collector<string>) => {
    same<Equal<typeof elements, Iterable<Reading>>>();
    out.collect(`${context.window().start}`);
  });
  same<Equal<RecordOf<typeof texts>, string>>();
  const counted = numbers.windowAll(GlobalWindows.create()).trigger(CountTrigger.of(2)).sum();
  same<Equal<RecordOf<typeof counted>, number>>();
  // @ts-expect-error a field that is no number cannot be added up
  windows.sum('sensor');
  // @ts-expect-error global windows have no end
  bySensor.countWindow(2).process((_key, context) => context.window().end);

  const joined = readings
    .join(tuples)
    .where('sensor')
    .equalTo(0)
    .window(TumblingEventTimeWindows.of(Time.seconds(1)))
    .apply((reading, tuple) => [reading.value, tuple[1]] as const);
  same<Equal<RecordOf<typeof joined>, readonly [number, number]>>();
  const onSensor = readings.join(tuples).where('sensor');
  // @ts-expect-error the keys are of different types
  onSensor.equalTo((tuple) => tuple[1]);
  const near = bySensor
    .intervalJoin(tuples.keyBy(0))
    .between(Time.seconds(-1), Time.seconds(1))
    .process((reading, tuple, _context, out: Collector<string>) => out.collect(reading.sensor + tuple[0]));
  same<Equal<RecordOf<typeof near>, string>>();
  // @ts-expect-error the keys are of different types
  bySensor.intervalJoin(tuples.keyBy(1));
}
