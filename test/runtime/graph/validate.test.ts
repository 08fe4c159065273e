import test from 'ava';
import { validateStreamGraph } from '../../../runtime/graph/validate.js';
import { graph, node, sink, source } from './sample-graph.js';

test('a sound graph passes', (t) => {
  t.notThrows(() =>
    validateStreamGraph(
      graph(
        [source(1), node(2), sink(3)],
        [
          [1, 2],
          [2, 3],
        ],
      ),
    ),
  );
});

test('the operator and its line are named', (t) => {
  const sample = graph(
    [source(1, { uid: 'x', declaredAt: 'job.ts:1:1' }), sink(2, { uid: 'x', declaredAt: 'job.ts:2:1' })],
    [[1, 2]],
  );
  t.throws(() => validateStreamGraph(sample), {
    code: 'GRAPH_DUPLICATE_UID',
    message: 'The operator "Sink: 2" (job.ts:2:1) has the uid "x" that "Source: 1" (job.ts:1:1) has already.',
  });
});

test('parallelism from the command line is held against each maximum', (t) => {
  const sample = graph([source(1), sink(2, { parallelism: 8 })], [[1, 2, 'REBALANCE']], { maxParallelism: 4 });
  t.throws(() => validateStreamGraph(sample), { code: 'GRAPH_PARALLELISM', message: /8, above its maximum of 4/ });
});

test('a non-parallel source, an edge to nowhere, an edge backwards', (t) => {
  const elements = source(1, { operator: { type: 'source', source: { kind: 'elements', elements: [1] } } });
  t.throws(() => validateStreamGraph(graph([elements, sink(2)], [[1, 2]])), { code: 'GRAPH_PARALLELISM' });
  t.throws(() => validateStreamGraph(graph([source(1), sink(2)], [[1, 3]])), { code: 'GRAPH_INVALID' });
  t.throws(() => validateStreamGraph(graph([source(1), sink(2)], [[2, 1]])), { code: 'GRAPH_INVALID' });
});
