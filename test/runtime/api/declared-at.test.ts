import test from 'ava';
import { installHost } from '../../../runtime/api/host.js';
import { captureGraph } from './capture-graph.js';

test('a node knows the line of the program that made it', async (t) => {
  let line = 0;
  const graph = await captureGraph((env) => {
    const source = env.fromElements(1);
    line = lineOf(new Error());
    const keyed = source.keyBy((n) => n);
    const sums = keyed.sum();
    sums.print();
  });
  const at = graph.nodes.map((node) => /^(.*):(\d+):\d+$/.exec(node.declaredAt ?? ''));
  for (const match of at) t.regex(match?.[1] ?? '', /test\/runtime\/api\/declared-at\.test\.[jt]s$/);
  const [source, sum, sink] = at.map((match) => Number(match?.[2]));
  t.is(source, line - 1);
  t.is(sum, line + 2);
  t.is(sink, line + 3);
});

test('the host maps the line to the user’s source', async (t) => {
  const graph = await captureGraph((env) => {
    const inner = installHost({
      mode: 'client',
      parallelism: 1,
      configuration: {},
      execute: () => Promise.reject(new Error('not this one')),
      value: async (_name, compute) => compute(),
      mapLocation: (location) => location.replace(/^.*:\d+:\d+$/, 'job.ts:1:2'),
    });
    env.fromElements(1).print();
    inner();
  });
  t.deepEqual(
    graph.nodes.map((node) => node.declaredAt),
    ['job.ts:1:2', 'job.ts:1:2'],
  );
});

function lineOf(error: Error): number {
  const frame = (error.stack ?? '').split('\n')[1] ?? '';
  return Number(/:(\d+):\d+\)?$/.exec(frame)?.[1]);
}
