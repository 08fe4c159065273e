/** Whatever a program builds through the API, its JobGraph holds together. */
import test from 'ava';
import fc from 'fast-check';
import type { DataStream, StreamExecutionEnvironment } from '../../../runtime/api/index.js';
import type { SingleOutputStreamOperator } from '../../../runtime/api/index.js';
import { describeMismatch } from '../../../runtime/common/wire/validators.js';
import { JobGraphSchema, type JobGraph } from '../../../runtime/graph/job-graph.js';
import { drawGraph } from '../../../runtime/graph/describe/index.js';
import { restPlan } from '../../../runtime/graph/plan-json.js';
import type { StreamGraph } from '../../../runtime/graph/stream-graph.js';
import { captureGraph } from '../api/capture-graph.js';
import { jobGraph } from './sample-graph.js';

type Partitioning = 'none' | 'rebalance' | 'rescale' | 'shuffle' | 'global' | 'broadcast' | 'keyBy' | 'custom';

/** One step of a program; numbers choose among the streams made so far. */
interface Step {
  kind: 'map' | 'filter' | 'sum' | 'union' | 'source' | 'sink';
  from: number;
  with: number;
  partitioning: Partitioning;
  parallelism: number | undefined;
  chaining: 'default' | 'never' | 'head';
  group: string | undefined;
  uid: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('map', 'map', 'filter', 'sum', 'union', 'source', 'sink'),
  from: fc.nat(),
  with: fc.nat(),
  partitioning: fc.constantFrom(
    'none',
    'none',
    'rebalance',
    'rescale',
    'shuffle',
    'global',
    'broadcast',
    'keyBy',
    'custom',
  ),
  parallelism: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  chaining: fc.constantFrom('default', 'default', 'never', 'head'),
  group: fc.option(fc.constantFrom('a', 'b'), { nil: undefined }),
  uid: fc.boolean(),
});

function build(env: StreamExecutionEnvironment, steps: readonly Step[]): void {
  const streams: DataStream<number>[] = [env.fromSequence(1, 100)];
  const pick = (at: number): DataStream<number> => streams[at % streams.length];
  steps.forEach((current, at) => {
    const input = partition(pick(current.from), current.partitioning);
    if (current.kind === 'union') streams.push(input.union(partition(pick(current.with), 'rebalance')));
    else if (current.kind === 'sink') tune(input.print() as never, current, at);
    else streams.push(tune(operator(env, input, current.kind), current, at));
  });
  pick(0).print();
}

function operator(env: StreamExecutionEnvironment, input: DataStream<number>, kind: Step['kind']) {
  if (kind === 'source') return env.fromSequence(1, 5);
  if (kind === 'filter') return input.filter((n) => n > 1);
  if (kind === 'sum') return input.keyBy((n) => n).sum();
  return input.map((n) => n);
}

function tune(made: SingleOutputStreamOperator<number>, current: Step, at: number): SingleOutputStreamOperator<number> {
  if (current.parallelism !== undefined) made.setParallelism(current.parallelism);
  if (current.chaining === 'never') made.disableChaining();
  if (current.chaining === 'head') made.startNewChain();
  if (current.group !== undefined) made.slotSharingGroup(current.group);
  if (current.uid) made.uid(`uid-${at}`);
  return made;
}

function partition(stream: DataStream<number>, partitioning: Partitioning): DataStream<number> {
  if (partitioning === 'none') return stream;
  if ('keyType' in stream) return stream;
  if (partitioning === 'keyBy') return stream.keyBy((n) => n).filter(() => true);
  if (partitioning === 'custom')
    return stream.partitionCustom(
      (key: number, n) => key % n,
      (n) => n,
    );
  return stream[partitioning]();
}

function violations(graph: StreamGraph, job: JobGraph): string[] {
  const found: string[] = [];
  const mismatch = describeMismatch(JobGraphSchema, job);
  if (mismatch !== undefined) found.push(mismatch);
  const placed = job.vertices.flatMap((vertex) => vertex.nodes);
  if (placed.length !== graph.nodes.length || new Set(placed).size !== placed.length) {
    found.push('not every node is in exactly one vertex');
  }
  if (new Set(job.vertices.map((vertex) => vertex.id)).size !== job.vertices.length) found.push('a vertex id repeats');
  if (new Set(job.edges.map((edge) => edge.id)).size !== job.edges.length) found.push('an edge id repeats');
  const chained = job.streamEdges.filter((edge) => edge.chained).length;
  if (chained + job.edges.length !== graph.edges.length) found.push('an edge is neither chained nor a job edge');
  if (job.streamEdges.some((edge) => edge.reasons.length === 0)) found.push('an edge has no reason');
  return [...found, ...vertexViolations(job), ...edgeViolations(job)];
}

function vertexViolations(job: JobGraph): string[] {
  const nodes = new Map(job.streamNodes.map((node) => [node.id, node]));
  return job.vertices.flatMap((vertex) => {
    const members = vertex.nodes.map((id) => nodes.get(id));
    const found: string[] = [];
    if (members[0]?.operatorId !== vertex.id) found.push('a vertex has not the id of its head');
    if (members.some((member) => member?.parallelism !== vertex.parallelism))
      found.push('parallelism differs in a chain');
    if (members.some((member) => member?.slotSharingGroup !== vertex.slotSharingGroup)) found.push('groups differ');
    if (vertex.parallelism > vertex.maxParallelism) found.push('parallelism above the maximum');
    return found;
  });
}

function edgeViolations(job: JobGraph): string[] {
  const order = new Map(job.vertices.map((vertex, at) => [vertex.id, at]));
  return job.edges.flatMap((edge) => {
    const from = order.get(edge.sourceVertex);
    const to = order.get(edge.targetVertex);
    if (from === undefined || to === undefined) return ['an edge names no vertex'];
    return from < to ? [] : ['the vertices are not in topological order'];
  });
}

test('a random program gives a valid JobGraph, the same each time', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.boolean(), async (steps, chaining) => {
      const program = (env: StreamExecutionEnvironment): void => {
        if (!chaining) env.disableOperatorChaining();
        build(env, steps);
      };
      const graph = await captureGraph(program);
      const job = jobGraph(graph);
      const found = violations(graph, job);
      if (found.length > 0) throw new Error(found.join('; '));
      t.deepEqual(jobGraph(await captureGraph(program)), job);
      t.is(restPlan(job).nodes.length, job.vertices.length);
    }),
    { numRuns: 300 },
  );
});

test('without chaining every operator is a vertex', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const job = jobGraph(await captureGraph((env) => build(env.disableOperatorChaining(), steps)));
      t.is(job.vertices.length, job.streamNodes.length);
    }),
    { numRuns: 50 },
  );
});

test('every graph can be drawn', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      const job = jobGraph(await captureGraph((env) => build(env, steps)));
      const svg = drawGraph(job);
      t.is(svg.match(/<rect x=/g)?.length, job.vertices.length);
      t.is(svg.match(/marker-end=/g)?.length ?? 0, job.edges.length);
      t.notRegex(svg, /NaN|undefined/);
    }),
    { numRuns: 40 },
  );
});
