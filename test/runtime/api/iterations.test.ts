import test from 'ava';
import { captureGraph } from './capture-graph.js';

test('a loop is a source and a sink of its own, as parallel as the input, in its group', async (t) => {
  const graph = await captureGraph((env) => {
    const loop = env.fromSequence(1, 9).setParallelism(3).slotSharingGroup('loops').iterate('2 s');
    const body = loop.map((n) => n - 1).setParallelism(3);
    t.is(loop.closeWith(body.filter((n) => n > 0).setParallelism(3)).constructor.name, 'SingleOutputStreamOperator');
    body.print();
  });
  const head = graph.nodes.find(({ name }) => name.startsWith('IterationSource-'));
  const tail = graph.nodes.find(({ name }) => name.startsWith('IterationSink-'));
  t.like(head, { parallelism: 3, slotSharingGroup: 'loops', pact: 'Operator' });
  t.like(tail, { parallelism: 3, slotSharingGroup: 'loops', pact: 'Operator' });
  t.deepEqual(head?.operator, {
    type: 'source',
    source: { kind: 'feedback', iteration: Number(head?.name.split('-')[1]), maxWaitMs: 2000 },
  });
  const body = graph.nodes.find(({ name }) => name === 'Map');
  t.is(graph.edges.filter(({ target }) => target === body?.id).length, 2);
  t.true(graph.edges.every(({ source, target }) => source < target));
});

test('a loop and checkpoints go together only if the program insists: records in the loop are in none', async (t) => {
  const build = (force?: boolean) =>
    captureGraph((env) => {
      env.enableCheckpointing(1000, 'EXACTLY_ONCE', force);
      const loop = env.fromSequence(1, 2).iterate();
      loop.closeWith(loop.map((n) => n)).print();
    });
  const refused = { code: 'GRAPH_ITERATION_CHECKPOINTS', message: /"IterationSource-\d+" .* in no checkpoint/ };
  await t.throwsAsync(build(), refused);
  await t.throwsAsync(build(false), refused);
  t.like((await build(true)).settings.checkpointing, { intervalMs: 1000, force: true });
});

test('loops that cannot run are refused', async (t) => {
  const refused = { code: 'GRAPH_ITERATION' };
  await t.throwsAsync(
    captureGraph(
      (env) =>
        void env
          .fromSequence(1, 2)
          .iterate()
          .map((n) => n)
          .print(),
    ),
    { ...refused, message: /"IterationSource-\d+" .* is never closed/ },
  );
  await t.throwsAsync(
    captureGraph((env) => {
      const loop = env.fromSequence(1, 2).iterate();
      loop.closeWith(loop.map((n) => n).setParallelism(1)).print();
    }),
    { ...refused, message: /has the parallelism 2, but its feedback has 1/ },
  );
  await captureGraph((env) => {
    const numbers = env.fromSequence(1, 2);
    const loop = numbers.iterate();
    t.throws(() => loop.closeWith(numbers.map((n) => n)), { ...refused, message: /does not come from its iterate/ });
    loop.closeWith(loop.map((n) => n)).print();
    t.throws(() => loop.closeWith(loop), { ...refused, message: /closed already/ });
    t.throws(() => numbers.iterate(-1), { code: 'API_BAD_ARGUMENT' });
  });
});

test('project takes positions of tuples or fields of records', async (t) => {
  const graph = await captureGraph((env) => {
    env.fromElements<[string, number, boolean]>(['a', 1, true]).project(2, 0).print();
    env.fromElements({ a: 1, b: 'x', c: 2n }).project('c', 'b').print();
    const bad = env.fromElements({ a: 1 }) as unknown as { project(...fields: unknown[]): unknown };
    t.throws(() => bad.project(), { code: 'API_BAD_ARGUMENT' });
    t.throws(() => bad.project('a', 0), { code: 'API_BAD_ARGUMENT', message: /not both/ });
  });
  const fns = graph.nodes.flatMap(({ operator }) => (operator.type === 'map' ? [operator.fn] : []));
  t.deepEqual(fns[0]?.map(['a', 1, true]), [true, 'a']);
  t.deepEqual(fns[1]?.map({ a: 1, b: 'x', c: 2n }), { c: 2n, b: 'x' });
  t.throws(() => fns[0]?.map(['a', 1]), { code: 'TASK_BAD_RESULT', message: /no position 2 in \[ 'a', 1 \]/ });
});
