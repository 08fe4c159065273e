import test from 'ava';
import { describeMismatch } from '../../../runtime/common/wire/validators.js';
import { JobGraphSchema } from '../../../runtime/graph/job-graph.js';
import { captureGraph } from '../api/capture-graph.js';
import { graph, jobGraph, node, PROGRAM, sink, source } from './sample-graph.js';

test('a chain is named head first, forks in brackets', (t) => {
  const sample = graph(
    [
      source(1, { name: 'Source: X' }),
      node(2, { name: 'Map' }),
      node(3, { name: 'C' }),
      sink(4, { name: 'Sink: B' }),
      sink(5, { name: 'D' }),
    ],
    [
      [1, 2],
      [2, 4],
      [2, 3],
      [3, 5],
    ],
  );
  const { vertices } = jobGraph(sample);
  t.deepEqual(
    vertices.map(({ name, nodes }) => ({ name, nodes })),
    [{ name: 'Source: X -> Map -> (Sink: B, C -> D)', nodes: [1, 2, 3, 4, 5] }],
  );
});

test('word count: two vertices, one edge by key', async (t) => {
  const job = jobGraph(
    await captureGraph((env) => {
      env
        .readTextFile('/in')
        .flatMap((line) => line.split(' '))
        .map((word) => ({ word, count: 1 }))
        .keyBy('word')
        .sum('count')
        .print();
    }),
  );
  t.deepEqual(
    job.vertices.map((vertex) => vertex.name),
    ['Source: Custom File Source -> Flat Map -> Map', 'Keyed Aggregation -> Sink: Print to Std. Out'],
  );
  t.like(job.edges[0], {
    id: '3-5-0',
    sourceVertex: job.vertices[0]?.id,
    targetVertex: job.vertices[1]?.id,
    sourceNode: 3,
    targetNode: 5,
    partitioner: 'HASH',
    pattern: 'ALL_TO_ALL',
  });
  t.is(job.edges.length, 1);
});

test('a vertex has the id, parallelism, maximum and group of its head', (t) => {
  const sample = graph(
    [
      source(1, { uid: 'events', maxParallelism: 64, slotSharingGroup: 'a' }),
      sink(2, { maxParallelism: 32, slotSharingGroup: 'a' }),
    ],
    [[1, 2]],
  );
  t.deepEqual(jobGraph(sample).vertices, [
    {
      id: '0c80f7e50ab54b30f6a2580946f9e942',
      name: 'Source: 1 -> Sink: 2',
      parallelism: 2,
      maxParallelism: 64,
      slotSharingGroup: 'a',
      nodes: [1, 2],
    },
  ]);
});

test('FORWARD and RESCALE connect pointwise, all others all to all', (t) => {
  const kinds = ['FORWARD', 'RESCALE', 'HASH', 'REBALANCE', 'SHUFFLE', 'BROADCAST', 'GLOBAL', 'CUSTOM'] as const;
  const sinks = kinds.map((_, at) => sink(at + 2, { chainingStrategy: 'NEVER' }));
  const sample = graph(
    [source(1), ...sinks],
    kinds.map((kind, at) => [1, at + 2, kind]),
  );
  t.deepEqual(
    jobGraph(sample).edges.map(({ partitioner, pattern }) => `${partitioner} ${pattern}`),
    kinds.map((kind) => `${kind} ${kind === 'FORWARD' || kind === 'RESCALE' ? 'POINTWISE' : 'ALL_TO_ALL'}`),
  );
});

test('an edge’s buffer timeout is its source operator’s, else the job’s', (t) => {
  const sample = graph(
    [source(1, { bufferTimeoutMs: 0 }), node(2), sink(3)],
    [
      [1, 2, 'REBALANCE'],
      [2, 3, 'REBALANCE'],
    ],
    { bufferTimeoutMs: -1 },
  );
  t.deepEqual(
    jobGraph(sample).edges.map((edge) => edge.bufferTimeoutMs),
    [0, -1],
  );
});

test('edges between the same operators have ids of their own', (t) => {
  const sample = graph(
    [source(1), sink(2)],
    [
      [1, 2],
      [1, 2],
    ],
  );
  t.deepEqual(
    jobGraph(sample).edges.map((edge) => edge.id),
    ['1-2-0', '1-2-1'],
  );
});

test('the graph is pure data that fits its schema, before and after JSON', async (t) => {
  const job = jobGraph(
    await captureGraph((env) => {
      env
        .fromElements({ a: 1 })
        .uid('source')
        .keyBy('a')
        .sum('a')
        .addSink(() => {});
    }),
  );
  t.is(describeMismatch(JobGraphSchema, job), undefined);
  t.deepEqual(JSON.parse(JSON.stringify(job)), job);
  t.is(job.program, PROGRAM);
  t.like(job.streamNodes[0], { operatorType: 'source', uid: 'source', chainingStrategy: 'HEAD', maxParallelism: -1 });
});
