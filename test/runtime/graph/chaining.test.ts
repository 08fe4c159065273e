/** One test per condition of Flink's `isChainable`, on a pair of operators for which all others hold. */
import test from 'ava';
import { decideChaining } from '../../../runtime/graph/chaining.js';
import { StreamGraphIndex } from '../../../runtime/graph/stream-graph-index.js';
import type { PartitionerKind, StreamGraph, StreamNode } from '../../../runtime/graph/stream-graph.js';
import { graph, node, source } from './sample-graph.js';

interface Case {
  up?: Partial<StreamNode>;
  down?: Partial<StreamNode>;
  partitioner?: PartitionerKind;
  settings?: Partial<StreamGraph['settings']>;
}

function decide({ up, down, partitioner = 'FORWARD', settings }: Case) {
  const sample = graph(
    [source(1), node(2, up), node(3, down)],
    [
      [1, 2],
      [2, 3, partitioner],
    ],
    settings,
  );
  const edge = sample.edges[1];
  return decideChaining(edge, new StreamGraphIndex(sample));
}

test('when every condition holds the edge is chained, and says why', (t) => {
  t.deepEqual(decide({}), {
    chained: true,
    reasons: [
      'the records go one-to-one (FORWARD)',
      '"Map 3" has no other input',
      'both have the parallelism 2',
      'both are in the slot sharing group "default"',
      '"Map 3" may be chained to the operator before',
    ],
  });
});

const REFUSED: Record<string, [Case, string]> = {
  'chaining disabled for the job': [{ settings: { chaining: false } }, 'operator chaining is disabled for the job'],
  'different parallelism': [{ down: { parallelism: 3 } }, 'the parallelism differs (2 and 3)'],
  'different slot sharing groups': [
    { down: { slotSharingGroup: 'other' } },
    'the slot sharing groups differ ("default" and "other")',
  ],
  'the operator before is never chained': [
    { up: { chainingStrategy: 'NEVER' } },
    '"Map 2" is never chained (disableChaining)',
  ],
  'the operator after is never chained': [
    { down: { chainingStrategy: 'NEVER' } },
    '"Map 3" is never chained (disableChaining)',
  ],
  'the operator after starts a new chain': [
    { down: { chainingStrategy: 'HEAD' } },
    '"Map 3" starts a new chain (startNewChain)',
  ],
  'different maximum parallelism, where that is not allowed': [
    { down: { maxParallelism: 64 }, settings: { chainDifferentMaxParallelism: false } },
    'the maximum parallelism differs (128 and 64)',
  ],
};

for (const [name, [situation, reason]] of Object.entries(REFUSED)) {
  test(`not chained: ${name}`, (t) => {
    t.deepEqual(decide(situation), { chained: false, reasons: [reason] });
  });
}

for (const kind of ['HASH', 'REBALANCE', 'RESCALE', 'SHUFFLE', 'BROADCAST', 'GLOBAL', 'CUSTOM'] as const) {
  test(`not chained: redistributed by ${kind}, even at parallelism 1`, (t) => {
    const one = { parallelism: 1 };
    t.deepEqual(decide({ up: one, down: one, partitioner: kind }), {
      chained: false,
      reasons: [`the records are redistributed (${kind})`],
    });
  });
}

test('not chained: the operator after has a second input', (t) => {
  const sample = graph(
    [source(1), source(2), node(3)],
    [
      [1, 3],
      [2, 3],
    ],
  );
  const index = new StreamGraphIndex(sample);
  for (const edge of sample.edges) {
    t.deepEqual(decideChaining(edge, index), { chained: false, reasons: ['"Map 3" has 2 inputs'] });
  }
});

test('not chained: a stream united with itself', (t) => {
  const sample = graph(
    [source(1), node(2)],
    [
      [1, 2],
      [1, 2],
    ],
  );
  t.false(decideChaining(sample.edges[0], new StreamGraphIndex(sample)).chained);
});

test('chained: an operator before that starts a chain, or has several outputs; different maximum parallelism', (t) => {
  t.true(decide({ up: { chainingStrategy: 'HEAD' } }).chained);
  t.true(decide({ down: { maxParallelism: 64 } }).chained);
  const fork = graph(
    [source(1), node(2), node(3)],
    [
      [1, 2],
      [1, 3],
    ],
  );
  const index = new StreamGraphIndex(fork);
  t.deepEqual(
    fork.edges.map((edge) => decideChaining(edge, index).chained),
    [true, true],
  );
});

test('every condition that fails is named', (t) => {
  const { reasons } = decide({ partitioner: 'REBALANCE', down: { parallelism: 4, chainingStrategy: 'NEVER' } });
  t.deepEqual(reasons, [
    'the records are redistributed (REBALANCE)',
    'the parallelism differs (2 and 4)',
    '"Map 3" is never chained (disableChaining)',
  ]);
});
