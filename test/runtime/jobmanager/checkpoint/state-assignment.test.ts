import test from 'ava';
import type { CheckpointMetadata } from '../../../../runtime/checkpoint/index.js';
import { StateAssignment } from '../../../../runtime/jobmanager/checkpoint/state-assignment.js';
import { jobGraph } from '../support.js';

const GRAPH = jobGraph();
const VERTEX = GRAPH.vertices[0];
const OPERATOR = GRAPH.streamNodes.find(({ id }) => id === VERTEX.nodes[0])?.operatorId ?? '';

function metadata(
  parallelism: number,
  { modes = [] as ('SPLIT' | 'UNION' | 'BROADCAST')[], keyed = false, operatorId = OPERATOR, finished = false } = {},
): CheckpointMetadata {
  return {
    ...{ checkpointId: 4, savepoint: true, jobId: 'x', jobName: 'x', triggeredMs: 0, writtenBy: '0' },
    tasks: [
      {
        vertexId: 'then',
        parallelism,
        maxParallelism: VERTEX.maxParallelism,
        operators: [{ operatorId, name: 'Then', uid: 'then' }],
        subtasks: Array.from({ length: parallelism }, (_, subtask) => ({
          subtask,
          finished,
          ...(finished
            ? {}
            : {
                state: {
                  operators: [{ operatorId, name: 'Then', keyed, modes }],
                  ...{ location: { kind: 'inline' as const, data: '' }, sizeBytes: 1 },
                },
              }),
        })),
      },
    ],
  };
}

function formerOf(content: CheckpointMetadata, subtask: number): number[] {
  const restore = new StateAssignment('/s', content, GRAPH, false).of({ vertexId: VERTEX.id, subtask });
  return restore.operators.flatMap(({ from }) => from.map((index) => restore.states[index].subtask));
}

test('with the same parallelism each subtask gets its own, and unions get all', (t) => {
  t.deepEqual(formerOf(metadata(2, { keyed: true, modes: ['SPLIT'] }), 1), [1]);
  t.deepEqual(formerOf(metadata(2, { modes: ['UNION'] }), 1), [0, 1]);
  t.deepEqual(formerOf(metadata(2, { modes: ['BROADCAST'] }), 1), [1]);
});

test('with another parallelism keyed state follows its key groups, lists come from all, broadcasts from one', (t) => {
  t.deepEqual(formerOf(metadata(4, { keyed: true }), 0), [0, 1]);
  t.deepEqual(formerOf(metadata(4, { keyed: true }), 1), [2, 3]);
  t.deepEqual(formerOf(metadata(3, { keyed: true }), 1), [1, 2]);
  t.deepEqual(formerOf(metadata(1, { keyed: true }), 1), [0]);
  t.deepEqual(formerOf(metadata(4, { modes: ['SPLIT'] }), 1), [0, 1, 2, 3]);
  t.deepEqual(formerOf(metadata(1, { modes: ['BROADCAST'] }), 1), [0]);
});

test('what had ended does nothing; with another parallelism only if all had', (t) => {
  const of = (parallelism: number): boolean =>
    new StateAssignment('/s', metadata(parallelism, { finished: true }), single(), true).of({
      vertexId: VERTEX.id,
      subtask: 0,
    }).finished;
  t.true(of(2));
  t.true(of(5));
});

/** The graph with nothing but the operator in its vertex. */
function single(): typeof GRAPH {
  const vertices = GRAPH.vertices.map((vertex) =>
    vertex.id === VERTEX.id ? { ...vertex, nodes: vertex.nodes.slice(0, 1) } : vertex,
  );
  return { ...GRAPH, vertices };
}

test('state that nobody claims is refused by name, unless it may be left behind', (t) => {
  const stray = metadata(2, { keyed: true, operatorId: 'f'.repeat(32) });
  const error = t.throws(() => new StateAssignment('/s', stray, GRAPH, false), { code: 'STATE_NOT_CLAIMED' });
  t.regex(error.message, /"Then".*uid "then"/);
  t.notThrows(() => new StateAssignment('/s', stray, GRAPH, true));
});

test('keyed state refuses another maximum parallelism', (t) => {
  const content = metadata(2, { keyed: true });
  content.tasks[0].maxParallelism = VERTEX.maxParallelism * 2;
  t.throws(() => new StateAssignment('/s', content, GRAPH, false), { code: 'STATE_MAX_PARALLELISM_CHANGED' });
});
