import test from 'ava';
import { expand } from '../../../runtime/graph/execution-graph.js';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import { Regions } from '../../../runtime/graph/regions.js';
import { edge, jobGraph, vertex } from '../jobmanager/support.js';

const [A, B, C, D] = ['a', 'b', 'c', 'd'].map((digit) => digit.repeat(32)) as [string, string, string, string];

/** The region of each subtask, vertex by vertex. */
function regionsOf(vertices: JobGraph['vertices'], edges: JobGraph['edges']): number[][] {
  const regions = Regions.of(expand(jobGraph({ vertices, edges })));
  return vertices.map(({ id: vertexId, parallelism }) =>
    Array.from({ length: parallelism }, (_, subtask) => regions.of({ vertexId, subtask })),
  );
}

test('what a complete exchange joins is one region; what nothing joins is one for each subtask', (t) => {
  t.deepEqual(regionsOf([vertex(A, 'a', 3, [1]), vertex(B, 'b', 2, [2])], [edge(A, B, 'HASH', 'ALL_TO_ALL')]), [
    [0, 0, 0],
    [0, 0],
  ]);
  t.deepEqual(regionsOf([vertex(A, 'a', 2, [1]), vertex(B, 'b', 2, [2])], [edge(A, B, 'FORWARD', 'POINTWISE')]), [
    [0, 1],
    [0, 1],
  ]);
  t.deepEqual(regionsOf([vertex(A, 'a', 2, [1]), vertex(B, 'b', 4, [2])], [edge(A, B, 'RESCALE', 'POINTWISE')]), [
    [0, 1],
    [0, 0, 1, 1],
  ]);
});

test('two pipelines are two regions, joined by whatever reads from both; a blocking exchange cuts', (t) => {
  const vertices = [vertex(A, 'a', 2, [1]), vertex(B, 'b', 2, [2]), vertex(C, 'c', 2, [3]), vertex(D, 'd', 2, [4])];
  const [ab, cd] = [edge(A, B, 'HASH', 'ALL_TO_ALL'), edge(C, D, 'HASH', 'ALL_TO_ALL')];
  const of = (...edges: JobGraph['edges']): number[] => regionsOf(vertices, edges).map(([first]) => first);
  t.deepEqual(of(ab, cd), [0, 0, 1, 1]);
  t.deepEqual(of(ab, cd, edge(C, B, 'HASH', 'ALL_TO_ALL')), [0, 0, 0, 0]);
  t.deepEqual(of(ab, cd, { ...edge(C, B, 'HASH', 'ALL_TO_ALL'), exchange: 'BLOCKING' }), [0, 0, 1, 1]);
});

test('a job that would need too many threads in a slot is one region', (t) => {
  const vertices = Array.from({ length: 17 }, (_, n) => vertex(n.toString(16).padStart(32, '0'), `v${n}`, 1, [n]));
  t.deepEqual([...new Set(regionsOf(vertices, []).flat())], [0]);
  t.is(new Set(regionsOf(vertices.slice(1), []).flat()).size, 16);
});
