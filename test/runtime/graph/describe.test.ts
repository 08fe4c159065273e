import test from 'ava';
import {
  describeExecutionGraph,
  describeJobGraph,
  describePhysicalGraph,
  describeStreamGraph,
  drawGraph,
} from '../../../runtime/graph/describe/index.js';
import { graph, jobGraph, node, sink, source } from './sample-graph.js';

const sample = () =>
  jobGraph(
    graph(
      [
        source(1, { name: 'Source: Lines', parallelism: 1, declaredAt: 'job.ts:3:5' }),
        node(2, { name: 'Count', uid: 'count' }),
        sink(3, { name: 'Sink: Out' }),
      ],
      [
        [1, 2, 'HASH'],
        [2, 3],
      ],
    ),
  );

test('the StreamGraph: a line an operator', (t) => {
  t.is(
    describeStreamGraph(sample()),
    [
      'StreamGraph of "sample": 3 operators',
      '  1  Source: Lines  parallelism 1                             job.ts:3:5',
      '  2  Count          parallelism 2  HASH from 1     uid count',
      '  3  Sink: Out      parallelism 2  FORWARD from 2',
    ].join('\n'),
  );
});

test('the JobGraph: what was chained, and for each edge why or why not', (t) => {
  const text = describeJobGraph(sample());
  t.regex(text, /^JobGraph: 2 tasks of 3 operators$/m);
  t.regex(text, /^ {6}Count\n {6}\+- Sink: Out$/m);
  t.regex(
    text,
    /Source: Lines → Count: not chained, redistributing by key \(HASH\)\n {4}- the records are redistributed \(HASH\)\n {4}- the parallelism differs \(1 and 2\)/,
  );
  t.regex(text, /Count → Sink: Out: chained, one-to-one \(FORWARD\)\n {4}- the records go one-to-one/);
});

test('the ExecutionGraph: subtasks by slot, channels by producer', (t) => {
  t.is(
    describeExecutionGraph(sample()),
    [
      'ExecutionGraph: 3 subtasks in 2 slots, 2 channels',
      '  slot 1 of group default',
      '    Source: Lines (1/1)',
      '    Count -> Sink: Out (1/2)',
      '  slot 2 of group default',
      '    Count -> Sink: Out (2/2)',
      'Channels',
      '  Source: Lines → Count -> Sink: Out: HASH, all to all',
      '    1 → 1, 2',
    ].join('\n'),
  );
});

test('the ExecutionGraph of a wide job is cut short', (t) => {
  const wide = jobGraph(graph([source(1, { parallelism: 40 }), sink(2, { parallelism: 40 })], [[1, 2, 'REBALANCE']]));
  const text = describeExecutionGraph(wide);
  t.regex(text, /80 subtasks in 40 slots, 1600 channels/);
  t.regex(text, /1 → 1, 2, .* and 24 more$/m);
  t.true(text.split('\n').length < 80);
});

test('the physical graph: which subtask runs in which TaskManager, slot and thread', (t) => {
  const job = sample();
  const [lines, count] = job.vertices.map((vertex) => vertex.id) as [string, string];
  t.is(
    describePhysicalGraph(job, [
      { vertexId: count, subtask: 1, state: 'RUNNING', taskManager: 'tm-2', slot: 0 },
      { vertexId: count, subtask: 0, state: 'RUNNING', taskManager: 'tm-1', slot: 0, thread: 7 },
      { vertexId: lines, subtask: 0, state: 'FINISHED', taskManager: 'tm-1', slot: 0, thread: 7 },
    ]),
    [
      'Physical graph: 3 subtasks in 2 TaskManagers',
      '  TaskManager tm-2',
      '    slot 0    Count -> Sink: Out (2/2)  RUNNING',
      '  TaskManager tm-1',
      '    slot 0  thread 7  Count -> Sink: Out (1/2)  RUNNING',
      '    slot 0  thread 7  Source: Lines (1/1)       FINISHED',
    ].join('\n'),
  );
});

test('the drawing is one SVG document with every operator and edge in it', (t) => {
  const svg = drawGraph(sample());
  t.regex(svg, /^<svg [^>]*>[\s\S]*<\/svg>\n$/);
  for (const text of ['Source: Lines', 'Count', '+- Sink: Out', 'parallelism 2', 'HASH'])
    t.true(svg.includes(`>${text}<`));
  t.is(drawGraph(sample()), svg);
});

test('names are text in the drawing', (t) => {
  const svg = drawGraph(jobGraph(graph([source(1, { name: '<a> & "b"' }), sink(2)], [[1, 2]])));
  t.true(svg.includes('&lt;a&gt; &amp; &quot;b&quot;'));
});
