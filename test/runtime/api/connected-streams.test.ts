import test from 'ava';
import { KeyedCoProcessFunction, OutputTag, ProcessFunction } from '../../../runtime/api/index.js';
import { createJobGraph } from '../../../runtime/graph/job-graph-generator.js';
import { captureGraph } from './capture-graph.js';

class Pass extends ProcessFunction<number, number> {
  processElement(): void {}
}
class CoPass extends KeyedCoProcessFunction<number, number, string, string> {
  processElement1(): void {}
  processElement2(): void {}
}
const program = {
  entry: 'x',
  files: [],
  executeIndex: 0,
  context: {
    args: [],
    cwd: '/',
    environment: {},
    clockMs: [],
    monotonicMs: [],
    randoms: [],
    values: {},
    executions: [],
  },
};

test('connected streams are the inputs 0 and 1 of one operator, a union keeps its number', async (t) => {
  const graph = await captureGraph((env) => {
    const numbers = env.fromSequence(1, 2).union(env.fromSequence(3, 4));
    const words = env.fromElements('a');
    const mapped = numbers.connect(words).map(
      (n) => String(n),
      (word) => word,
    );
    mapped.print();
    numbers
      .connect(words)
      .flatMap({ flatMap1: (n) => [n], flatMap2: () => [] })
      .print();
  });
  const comap = graph.nodes.find(({ name }) => name === 'Co-Map');
  t.is(comap?.operator.type, 'coMap');
  const edges = graph.edges.filter(({ target }) => target === comap?.id);
  t.deepEqual(
    edges.map(({ inputIndex }) => inputIndex),
    [0, 0, 1],
  );
  t.true(graph.nodes.some(({ name }) => name === 'Co-Flat Map'));
});

test('both streams can be keyed before or after connect', async (t) => {
  const graph = await captureGraph((env) => {
    const numbers = env.fromSequence(1, 2);
    const words = env.fromElements('a');
    numbers
      .connect(words)
      .keyBy(
        (n) => n,
        (word) => word.length,
      )
      .process(new CoPass())
      .print();
    numbers
      .keyBy((n) => n)
      .connect(words.keyBy((word) => word.length))
      .process(new CoPass())
      .print();
    numbers
      .keyBy((n) => n)
      .connect(words)
      .process(
        () => undefined,
        () => undefined,
      )
      .print();
  });
  const names = graph.nodes.filter(({ pact }) => pact === 'Operator').map(({ name }) => name);
  t.deepEqual(names, ['Co-Keyed-Process', 'Co-Keyed-Process', 'Co-Process']);
  for (const { id } of graph.nodes.filter(({ name }) => name === 'Co-Keyed-Process')) {
    t.deepEqual(
      graph.edges.filter(({ target }) => target === id).map(({ partitioner }) => partitioner.kind),
      ['HASH', 'HASH'],
    );
  }
});

test('a side output is an edge of its own, and is chained like any other', async (t) => {
  const late = new OutputTag<string>('late');
  const graph = await captureGraph((env) => {
    const processed = env.fromSequence(1, 2).process(new Pass());
    processed.print();
    processed
      .getSideOutput(late)
      .map((text) => text.length)
      .print();
    processed
      .getSideOutput(late)
      .keyBy((text) => text)
      .reduce((a) => a)
      .print();
  });
  const tags = graph.edges.map(({ outputTag, partitioner }) => `${outputTag ?? 'main'} ${partitioner.kind}`);
  t.deepEqual(tags.slice(0, 5), ['main FORWARD', 'main FORWARD', 'late FORWARD', 'main FORWARD', 'late HASH']);
  const jobGraph = createJobGraph(graph, { jobId: '1'.repeat(32), program });
  t.true(jobGraph.vertices[0]?.name.startsWith('Source: Sequence Source -> Process -> ('));
  t.true(jobGraph.streamEdges.some(({ outputTag, chained }) => outputTag === 'late' && chained));
  t.is(jobGraph.edges.find(({ partitioner }) => partitioner === 'HASH')?.outputTag, 'late');
});

test('misuse is told with the line', async (t) => {
  await captureGraph((env) => {
    const numbers = env.fromSequence(1, 2);
    const bad = (code: string, message: RegExp, action: () => unknown): void => {
      const error = t.throws(action, { code, message });
      t.regex(error?.message ?? '', /connected-streams\.test\.[jt]s:\d+/);
    };
    const connected = numbers.connect(numbers);
    bad('API_BAD_FUNCTION', /needs a function for each/, () => (connected.map as (f: unknown) => unknown)(() => 1));
    bad('API_BAD_FUNCTION', /has no method map2\(\)/, () => connected.map({ map1: () => 1 } as never));
    bad('API_BAD_FUNCTION', /either one object/, () => (connected.map as (...f: unknown[]) => unknown)({}, {}));
    bad('API_ASYNC_FUNCTION', /async/, () =>
      connected.map(
        async () => Promise.resolve(1),
        async () => Promise.resolve(1),
      ),
    );
    bad('API_BAD_ARGUMENT', /connect\(\) was given something else/, () => numbers.connect(7 as never));
    bad('API_BAD_ARGUMENT', /only process functions/, () => numbers.map((n) => n).getSideOutput(new OutputTag('x')));
    bad('API_BAD_ARGUMENT', /something else than an OutputTag/, () =>
      numbers.process(new Pass()).getSideOutput('x' as never),
    );
    numbers.print();
  });
});
