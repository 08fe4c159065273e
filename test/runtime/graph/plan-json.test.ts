import test from 'ava';
import { executionPlanJson, restPlan } from '../../../runtime/graph/plan-json.js';
import { captureGraph } from '../api/capture-graph.js';
import { graph, jobGraph, node, sink, source } from './sample-graph.js';

const windowed = () =>
  captureGraph(
    (env) => {
      env
        .fromSequence(1, 9)
        .name('Events')
        .uid('events')
        .map((n) => n)
        .name('Count seen')
        .keyBy((n) => n)
        .sum()
        .name('Window Sum')
        .uid('window-sum')
        .print()
        .name('Print');
    },
    { jobName: 'Windowed Count' },
  );

test('the plan of `flink info`', async (t) => {
  t.deepEqual(executionPlanJson(jobGraph(await windowed())), {
    nodes: [
      { id: 1, type: 'Source: Events', pact: 'Data Source', contents: 'Source: Events', parallelism: 2 },
      {
        id: 2,
        type: 'Count seen',
        pact: 'Operator',
        contents: 'Count seen',
        parallelism: 2,
        predecessors: [{ id: 1, ship_strategy: 'FORWARD', side: 'second' }],
      },
      {
        id: 4,
        type: 'Window Sum',
        pact: 'Operator',
        contents: 'Window Sum',
        parallelism: 2,
        predecessors: [{ id: 2, ship_strategy: 'HASH', side: 'second' }],
      },
      {
        id: 5,
        type: 'Sink: Print',
        pact: 'Data Sink',
        contents: 'Sink: Print',
        parallelism: 2,
        predecessors: [{ id: 4, ship_strategy: 'FORWARD', side: 'second' }],
      },
    ],
  });
});

test('the plan of the REST API: sinks first, as Flink answered for such a job', async (t) => {
  t.deepEqual(restPlan(jobGraph(await windowed())), {
    jid: 'a'.repeat(32),
    name: 'Windowed Count',
    type: 'STREAMING',
    nodes: [
      {
        id: 'e8c96e555be78d04e44391eec34e99e1',
        parallelism: 2,
        operator: '',
        operator_strategy: '',
        description: 'Window Sum<br/>+- Sink: Print<br/>',
        inputs: [
          {
            num: 0,
            id: '0c80f7e50ab54b30f6a2580946f9e942',
            ship_strategy: 'HASH',
            exchange: 'pipelined_bounded',
          },
        ],
        optimizer_properties: {},
      },
      {
        id: '0c80f7e50ab54b30f6a2580946f9e942',
        parallelism: 2,
        operator: '',
        operator_strategy: '',
        description: 'Source: Events<br/>+- Count seen<br/>',
        optimizer_properties: {},
      },
    ],
  });
});

test('a forked chain is described as a tree, with its names as text', (t) => {
  const sample = graph(
    [source(1), node(2, { name: 'a < b & c' }), sink(3), sink(4), sink(5)],
    [
      [1, 2],
      [2, 3],
      [2, 4],
      [1, 5],
    ],
  );
  t.is(
    restPlan(jobGraph(sample)).nodes[0]?.description,
    'Source: 1<br/>:- a &lt; b &amp; c<br/>:  :- Sink: 3<br/>:  +- Sink: 4<br/>+- Sink: 5<br/>',
  );
});

test('a union has numbered inputs', (t) => {
  const sample = graph(
    [source(1), source(2), sink(3)],
    [
      [1, 3],
      [2, 3, 'REBALANCE'],
    ],
  );
  t.deepEqual(
    restPlan(jobGraph(sample)).nodes[0]?.inputs?.map(({ num, ship_strategy }) => [num, ship_strategy]),
    [
      [0, 'FORWARD'],
      [1, 'REBALANCE'],
    ],
  );
});
