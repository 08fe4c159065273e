import test from 'ava';
import { RichMapFunction, type Collector, type StreamExecutionEnvironment } from '../../../runtime/api/index.js';
import type { OperatorSpec } from '../../../runtime/graph/operator-spec.js';
import type { StreamGraph } from '../../../runtime/graph/stream-graph.js';
import { captureGraph } from './capture-graph.js';

type Spec<T extends OperatorSpec['type']> = Extract<OperatorSpec, { type: T }>;

function spec<T extends OperatorSpec['type']>(graph: StreamGraph, type: T, at = 0): Spec<T> {
  const found = graph.nodes.map((node) => node.operator).filter((operator) => operator.type === type)[at];
  if (found === undefined) throw new Error(`The graph has no ${type}.`);
  return found as Spec<T>;
}

const shipping = (graph: StreamGraph): string[] =>
  graph.edges.map(({ source, target, partitioner }) => `${source}-${target} ${partitioner.kind}`);

const partitionerInto = (graph: StreamGraph, name: string) => {
  const target = graph.nodes.find((node) => node.name === name);
  return graph.edges.find((edge) => edge.target === target?.id)?.partitioner;
};

test('default names are Flink’s', async (t) => {
  const graph = await captureGraph((env) => {
    const words = env.fromElements('a b').flatMap((line) => line.split(' '));
    const numbers = words.map((word) => word.length).filter((length) => length > 0);
    numbers.process<number>((value, _context, out) => out.collect(value)).print();
    const keyed = numbers.keyBy((length) => length);
    keyed.sum().printToErr();
    keyed.reduce((a, b) => a + b).writeAsText('/out');
    keyed.process<number>((value, _context, out) => out.collect(value)).addSink(() => {});
  });
  t.deepEqual(
    graph.nodes.map((node) => node.name),
    [
      'Source: Collection Source',
      'Flat Map',
      'Map',
      'Filter',
      'Process',
      'Sink: Print to Std. Out',
      'Keyed Aggregation',
      'Sink: Print to Std. Err',
      'Keyed Reduce',
      'Sink: Text File',
      'KeyedProcess',
      'Sink: Unnamed',
    ],
  );
});

test('names of sources', async (t) => {
  const graph = await captureGraph((env) => {
    for (const source of [
      env.fromCollection([1]),
      env.fromSequence(1, 2),
      env.generateSequence(1, 2),
      env.readTextFile('/in'),
      env.socketTextStream('localhost', 9999),
      env.addSource<number>(async () => {}),
      env.addSource<number>(async () => {}, 'Mine'),
      env.fromElements(1).name('Renamed'),
    ]) {
      source.addSink(() => {});
    }
  });
  t.deepEqual(
    graph.nodes.filter((node) => node.pact === 'Data Source').map((node) => node.name),
    [
      'Source: Collection Source',
      'Source: Sequence Source',
      'Source: Sequence Source',
      'Source: Custom File Source',
      'Source: Socket Stream',
      'Source: Custom Source',
      'Source: Mine',
      'Source: Renamed',
    ],
  );
});

test('a lambda becomes an object with the method; an object or class instance stays itself', async (t) => {
  class Doubler extends RichMapFunction<number, number> {
    map(value: number): number {
      return value * 2;
    }
  }
  const doubler = new Doubler();
  const flat = {
    times: 2,
    flatMap(value: number, out: Collector<number>): void {
      for (let i = 0; i < this.times; i++) out.collect(value);
    },
  };
  const graph = await captureGraph((env) => {
    env
      .fromElements(1)
      .map((value) => value + 1)
      .map(doubler)
      .flatMap(flat)
      .print();
  });
  t.is(spec(graph, 'map').fn.map(1), 2);
  t.is(spec(graph, 'map', 1).fn, doubler);
  t.is(spec(graph, 'flatMap').fn, flat);
});

test('keyBy: function, key selector, field, position, several fields', async (t) => {
  const key = async (program: (env: StreamExecutionEnvironment) => void, record: unknown): Promise<unknown> => {
    const graph = await captureGraph(program);
    const partitioner = partitionerInto(graph, 'Keyed Reduce');
    if (partitioner?.kind !== 'HASH') throw new Error('not partitioned by key');
    t.is(spec(graph, 'keyedReduce').key, partitioner.key, 'the operator and the edge use one key function');
    return partitioner.key(record);
  };
  const record = { word: 'a', count: 3 };
  const records = (env: StreamExecutionEnvironment) => env.fromElements(record);
  const selector = {
    field: 'word' as const,
    getKey(value: typeof record): string {
      return value[this.field];
    },
  };
  t.is(
    await key(
      (env) =>
        records(env)
          .keyBy((r) => r.word)
          .reduce((a) => a)
          .print(),
      record,
    ),
    'a',
  );
  t.is(
    await key(
      (env) =>
        records(env)
          .keyBy(selector)
          .reduce((a) => a)
          .print(),
      record,
    ),
    'a',
  );
  t.is(
    await key(
      (env) =>
        records(env)
          .keyBy('count')
          .reduce((a) => a)
          .print(),
      record,
    ),
    3,
  );
  t.deepEqual(
    await key(
      (env) =>
        records(env)
          .keyBy('count', 'word')
          .reduce((a) => a)
          .print(),
      record,
    ),
    [3, 'a'],
  );
  const tuple = (env: StreamExecutionEnvironment) => env.fromElements<[string, number]>(['a', 1]);
  t.is(
    await key(
      (env) =>
        tuple(env)
          .keyBy(0)
          .reduce((a) => a)
          .print(),
      ['x', 7],
    ),
    'x',
  );
  t.deepEqual(
    await key(
      (env) =>
        tuple(env)
          .keyBy(1, 0)
          .reduce((a) => a)
          .print(),
      ['x', 7],
    ),
    [7, 'x'],
  );
});

test('aggregations name their field', async (t) => {
  const graph = await captureGraph((env) => {
    const keyed = env.fromElements({ word: 'a', count: 1 }).keyBy('word');
    keyed.sum('count').print();
    keyed.min('count').print();
    keyed.max('word').print();
    keyed.minBy('count').print();
    keyed.maxBy('count', false).print();
    env.fromElements<[string, number]>(['a', 1]).keyBy(0).sum(1).print();
    env
      .fromElements(1)
      .keyBy((n) => n % 2)
      .max()
      .print();
  });
  t.deepEqual(
    graph.nodes.flatMap(({ operator }) => (operator.type === 'keyedAggregate' ? [operator.aggregation] : [])),
    [
      { kind: 'sum', field: 'count', first: true },
      { kind: 'min', field: 'count', first: true },
      { kind: 'max', field: 'word', first: true },
      { kind: 'minBy', field: 'count', first: true },
      { kind: 'maxBy', field: 'count', first: false },
      { kind: 'sum', field: '1', first: true },
      { kind: 'max', field: undefined, first: true },
    ],
  );
});

test('each partitioning method says how the records are shipped', async (t) => {
  const graph = await captureGraph((env) => {
    const numbers = env.fromSequence(1, 9);
    for (const stream of [
      numbers.rebalance(),
      numbers.rescale(),
      numbers.shuffle(),
      numbers.global(),
      numbers.forward(),
      numbers.broadcast(),
      numbers.partitionCustom(
        (key: number, n) => key % n,
        (value) => value,
      ),
      numbers.keyBy((value) => value),
      numbers,
      numbers.rebalance().forward(),
    ]) {
      stream.addSink(() => {});
    }
  });
  t.deepEqual(
    graph.edges.map((edge) => edge.partitioner.kind),
    ['REBALANCE', 'RESCALE', 'SHUFFLE', 'GLOBAL', 'FORWARD', 'BROADCAST', 'CUSTOM', 'HASH', 'FORWARD', 'FORWARD'],
  );
});

test('partitionCustom by field hands the partitioner the field', async (t) => {
  const graph = await captureGraph((env) => {
    env
      .fromElements({ id: 5 })
      .partitionCustom({ partition: (id: number, n: number) => id % n }, 'id')
      .addSink(() => {});
  });
  const [edge] = graph.edges;
  if (edge?.partitioner.kind !== 'CUSTOM') return t.fail();
  t.is(edge.partitioner.partitioner.partition(edge.partitioner.key({ id: 5 }), 3), 2);
});

test('without a partitioner: one-to-one at equal parallelism, else spread evenly', async (t) => {
  const graph = await captureGraph((env) => {
    env
      .fromElements(1)
      .map((n) => n)
      .setParallelism(1)
      .map((n) => n)
      .print();
  });
  t.deepEqual(shipping(graph), ['1-2 FORWARD', '2-3 REBALANCE', '3-4 FORWARD']);
});

test('a union reads all its streams, each as it was partitioned, and a stream given twice counts twice', async (t) => {
  const graph = await captureGraph((env) => {
    const a = env.fromSequence(1, 2);
    const b = env.fromSequence(3, 4);
    a.union(b.broadcast(), a)
      .map((n) => n)
      .print();
  });
  t.deepEqual(shipping(graph), ['1-5 FORWARD', '2-5 BROADCAST', '1-5 FORWARD', '5-6 FORWARD']);
});

test('writeAsText formats by the program’s function or the default', async (t) => {
  const graph = await captureGraph((env) => {
    const records = env.fromElements({ a: 1 });
    records.writeAsText('/one');
    records.writeAsText('/two', { format: ({ a }) => `a=${a}` });
  });
  const lines = [0, 1].map((at) => {
    const { sink } = spec(graph, 'sink', at);
    return sink.kind === 'text-file' ? sink.format({ a: 1 }) : undefined;
  });
  t.deepEqual(lines, ['{"a":1}', 'a=1']);
});

test('a source may be an async function, a generator or an object, parallel when it says so', async (t) => {
  const graph = await captureGraph((env) => {
    env
      .addSource<number>(async (context) => {
        await context.collect(1);
      })
      .addSink(() => {});
    env
      .addSource(function* () {
        yield 1;
      })
      .addSink(() => {});
    env.addSource({ parallel: true, run: async () => {} }).addSink(() => {});
  });
  const sources = graph.nodes.flatMap(({ operator, parallelism }) =>
    operator.type === 'source' && operator.source.kind === 'function'
      ? [{ parallel: operator.source.parallel, parallelism, run: typeof operator.source.fn.run }]
      : [],
  );
  t.deepEqual(sources, [
    { parallel: false, parallelism: 1, run: 'function' },
    { parallel: false, parallelism: 1, run: 'function' },
    { parallel: true, parallelism: 2, run: 'function' },
  ]);
});
