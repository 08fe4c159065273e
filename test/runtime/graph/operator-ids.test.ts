import test from 'ava';
import { operatorIdOfUid } from '../../../runtime/graph/operator-ids.js';
import { captureGraph } from '../api/capture-graph.js';
import type { StreamExecutionEnvironment } from '../../../runtime/api/index.js';
import { graph, jobGraph, node, sink, source } from './sample-graph.js';

const ids = (streamGraph: Parameters<typeof jobGraph>[0]): string[] =>
  jobGraph(streamGraph).streamNodes.map((streamNode) => streamNode.operatorId);

test('a uid gives the id that Flink gives it', (t) => {
  // The two vertices of a job that ran on Flink 1.20.1 with these uids.
  t.is(operatorIdOfUid('events'), '0c80f7e50ab54b30f6a2580946f9e942');
  t.is(operatorIdOfUid('window-sum'), 'e8c96e555be78d04e44391eec34e99e1');
  t.is(ids(graph([source(1, { uid: 'events' }), sink(2)], [[1, 2]]))[0], '0c80f7e50ab54b30f6a2580946f9e942');
});

test('without uids the place in the graph gives the ids that Flink gives it', (t) => {
  // Source -> Map, keyed operator -> Sink: the vertex ids of every such job of Flink's.
  const [first, , third] = ids(
    graph(
      [source(1), node(2), node(3), sink(4)],
      [
        [1, 2],
        [2, 3, 'HASH'],
        [3, 4],
      ],
    ),
  );
  t.is(first, 'cbc357ccb763df2852fee8c4fc7d55f2');
  t.is(third, '90bea66de1c231edf33913ecd54406c1');
});

test('names, functions, parallelism and node numbers do not matter', (t) => {
  const plain = graph(
    [source(1), node(2), sink(3)],
    [
      [1, 2],
      [2, 3, 'HASH'],
    ],
  );
  const changed = graph(
    [
      source(10, { name: 'Other', parallelism: 7 }),
      node(20, { name: 'Renamed', parallelism: 7, operator: { type: 'filter', fn: { filter: () => true } } }),
      sink(30, { parallelism: 3 }),
    ],
    [
      [10, 20],
      [20, 30, 'HASH'],
    ],
  );
  t.deepEqual(ids(changed), ids(plain));
});

test('a uid keeps its operator’s id when operators are added before it', async (t) => {
  const program =
    (extra: boolean) =>
    (env: StreamExecutionEnvironment): void => {
      let numbers = env.fromSequence(1, 9).map((n) => n);
      if (extra) numbers = numbers.rebalance().map((n) => n);
      numbers
        .keyBy((n) => n)
        .sum()
        .uid('sum')
        .print();
    };
  const idOfSum = async (extra: boolean): Promise<string | undefined> =>
    jobGraph(await captureGraph(program(extra))).streamNodes.find((streamNode) => streamNode.uid === 'sum')?.operatorId;
  t.is(await idOfSum(true), await idOfSum(false));
  t.is(await idOfSum(true), operatorIdOfUid('sum'));
});

test('the same program gives the same ids each time', async (t) => {
  const program = (env: StreamExecutionEnvironment): void => {
    const numbers = env.fromSequence(1, 9);
    numbers
      .union(env.fromSequence(1, 9).map((n) => n))
      .keyBy((n) => n)
      .sum()
      .print();
  };
  t.deepEqual(ids(await captureGraph(program)), ids(await captureGraph(program)));
});

test('operators whose inputs come by paths of different length all have an id, and no two the same', (t) => {
  const sample = graph(
    [source(1), source(2), node(3), node(4), node(5), sink(6)],
    [
      [1, 3],
      [3, 4, 'HASH'],
      [4, 5, 'HASH'],
      [2, 5, 'HASH'],
      [1, 5, 'HASH'],
      [5, 6],
    ],
  );
  t.is(new Set(ids(sample)).size, 6);
});
