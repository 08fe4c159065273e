/** StreamGraphs written by hand, for tests of what is made of them. */
import type { JobGraph } from '../../../runtime/graph/job-graph.js';
import { createJobGraph } from '../../../runtime/graph/job-graph-generator.js';
import type { EdgePartitioner, PartitionerKind, StreamGraph, StreamNode } from '../../../runtime/graph/stream-graph.js';

export const PROGRAM: JobGraph['program'] = {
  entry: 'job.mjs',
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

/** A map named after its id, unless told otherwise. */
export function node(id: number, changes: Partial<StreamNode> = {}): StreamNode {
  return {
    id,
    name: `Map ${id}`,
    pact: 'Operator',
    operator: { type: 'map', fn: { map: (value) => value } },
    parallelism: 2,
    maxParallelism: undefined,
    uid: undefined,
    slotSharingGroup: 'default',
    chainingStrategy: 'ALWAYS',
    bufferTimeoutMs: undefined,
    declaredAt: undefined,
    ...changes,
  };
}

export function source(id: number, changes: Partial<StreamNode> = {}): StreamNode {
  return node(id, {
    name: `Source: ${id}`,
    pact: 'Data Source',
    operator: { type: 'source', source: { kind: 'sequence', from: 1, to: 9 } },
    chainingStrategy: 'HEAD',
    ...changes,
  });
}

export function sink(id: number, changes: Partial<StreamNode> = {}): StreamNode {
  return node(id, {
    name: `Sink: ${id}`,
    pact: 'Data Sink',
    operator: { type: 'sink', sink: { kind: 'print', prefix: '', stderr: false } },
    ...changes,
  });
}

/** `[source, target]` is FORWARD. */
export type EdgeSketch = [number, number, PartitionerKind?];

export function graph(
  nodes: StreamNode[],
  edges: EdgeSketch[],
  settings: Partial<StreamGraph['settings']> = {},
): StreamGraph {
  return {
    jobName: 'sample',
    nodes,
    edges: edges.map(([from, to, kind = 'FORWARD']) => ({
      source: from,
      target: to,
      partitioner: partitioner(kind),
      inputIndex: 0,
    })),
    settings: {
      parallelism: 2,
      maxParallelism: -1,
      objectReuse: false,
      chaining: true,
      bufferTimeoutMs: 100,
      restartStrategy: undefined,
      globalJobParameters: {},
      ...settings,
    },
  };
}

export function jobGraph(streamGraph: StreamGraph): JobGraph {
  return createJobGraph(streamGraph, { jobId: 'a'.repeat(32), program: PROGRAM });
}

function partitioner(kind: PartitionerKind): EdgePartitioner {
  const key = (record: unknown): unknown => record;
  if (kind === 'HASH') return { kind, key };
  if (kind === 'CUSTOM') return { kind, key, partitioner: { partition: () => 0 } };
  return { kind };
}
