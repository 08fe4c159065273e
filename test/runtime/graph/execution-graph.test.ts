import test from 'ava';
import { describeTasks, expand, subtaskName } from '../../../runtime/graph/execution-graph.js';
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import { edge, jobGraph, vertex } from '../jobmanager/support.js';

const [A, B, C] = ['a', 'b', 'c'].map((digit) => digit.repeat(32)) as [string, string, string];

function graphOf(vertices: JobGraph['vertices'], edges: JobGraph['edges'] = []): JobGraph {
  return jobGraph({ vertices, edges });
}

test('a slot holds one subtask of each vertex of its group that is wide enough', (t) => {
  const graph = expand(graphOf([vertex(A, 'a', 3, [1]), vertex(B, 'b', 1, [2]), vertex(C, 'c', 2, [3], 'apart')]));
  t.deepEqual(
    graph.slots.map(({ group, index, subtasks }) => [group, index, subtasks.map(({ vertexId }) => vertexId[0])]),
    [
      ['default', 0, ['a', 'b']],
      ['default', 1, ['a']],
      ['default', 2, ['a']],
      ['apart', 0, ['c']],
      ['apart', 1, ['c']],
    ],
  );
});

test('every channel is seen by both ends, in order, with the place of the other', (t) => {
  const graph = expand(
    graphOf(
      [vertex(A, 'a', 2, [1]), vertex(B, 'b', 3, [2])],
      [edge(A, B, 'REBALANCE', 'ALL_TO_ALL'), { ...edge(A, B, 'RESCALE', 'POINTWISE'), id: 'second' }],
    ),
  );
  const locations = graph.slots.map((_, n) => ({ resourceId: `tm${n}`, slot: n, data: { host: 'h', port: n } }));
  const tasks = describeTasks(graph, locations, (key) => ({ executionId: subtaskName(key), attempt: 0 })).flat();
  const outputs = tasks.flatMap((it) => it.outputs.flatMap(({ channels }) => channels.map((c) => c.channelId)));
  const inputs = tasks.flatMap((it) => it.inputs.flatMap(({ channels }) => channels.map((c) => c.channelId)));
  t.deepEqual(outputs.toSorted(), inputs.toSorted());
  t.is(new Set(outputs).size, 2 * 3 + 3);

  const consumer = tasks.find(({ vertexId, subtask }) => vertexId === B && subtask === 2);
  t.deepEqual(
    consumer?.inputs.map(({ edgeId, channels }) => [edgeId, channels.map(({ peer }) => peer.resourceId)]),
    [
      ['aa-bb-0', ['tm0', 'tm1']],
      ['second', ['tm1']],
    ],
  );
  const producer = tasks.find(({ vertexId, subtask }) => vertexId === A && subtask === 0);
  t.deepEqual(
    producer?.outputs.map(({ channels }) => channels.map(({ consumerSubtask }) => consumerSubtask)),
    [
      [0, 1, 2],
      [0, 1],
    ],
  );
});

test('contradictions are refused', (t) => {
  t.throws(() => expand(graphOf([vertex(A, 'a', 1, [1])], [edge(A, B, 'HASH', 'ALL_TO_ALL')])), {
    message: /joins a vertex that the graph does not have/,
  });
  t.throws(
    () => expand(graphOf([vertex(A, 'a', 1, [1]), vertex(B, 'b', 2, [2])], [edge(A, B, 'FORWARD', 'POINTWISE')])),
    { message: /"a" has 1 and "b" has 2/ },
  );
});
