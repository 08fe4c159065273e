import test from 'ava';
import { RestartStrategies, StreamExecutionEnvironment, Time } from '../../../runtime/api/index.js';
import { installHost } from '../../../runtime/api/host.js';
import type { StreamGraph } from '../../../runtime/graph/stream-graph.js';
import { captureGraph } from './capture-graph.js';

const parallelisms = (graph: StreamGraph): number[] => graph.nodes.map((node) => node.parallelism);

test('parallelism: operator before environment before the host’s', async (t) => {
  const program = (env: StreamExecutionEnvironment): void => {
    env
      .fromSequence(1, 9)
      .map((n) => n)
      .setParallelism(5)
      .print();
  };
  t.deepEqual(parallelisms(await captureGraph(program, { parallelism: 3 })), [3, 5, 3]);
  const withEnvironment = (env: StreamExecutionEnvironment): void => program(env.setParallelism(4));
  t.deepEqual(parallelisms(await captureGraph(withEnvironment, { parallelism: 3 })), [4, 5, 4]);
});

test('the environment’s parallelism holds for operators added after it was set', async (t) => {
  const graph = await captureGraph((env) => {
    const early = env.setParallelism(2).fromSequence(1, 9);
    env.setParallelism(3);
    early.print();
  });
  t.deepEqual(parallelisms(graph), [2, 3]);
});

test('settings: the program’s before the configuration’s before the defaults', async (t) => {
  const plain = (env: StreamExecutionEnvironment): void => void env.fromElements(1).print();
  t.like((await captureGraph(plain)).settings, {
    maxParallelism: -1,
    objectReuse: false,
    chaining: true,
    bufferTimeoutMs: 100,
    restartStrategy: undefined,
    globalJobParameters: {},
  });
  const configuration = {
    'pipeline.max-parallelism': '256',
    'pipeline.object-reuse': 'true',
    'pipeline.operator-chaining.enabled': 'false',
    'execution.buffer-timeout.interval': '5 ms',
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': '7',
    'pipeline.global-job-parameters.city': 'Oslo',
  };
  t.like((await captureGraph(plain, { configuration })).settings, {
    maxParallelism: 256,
    objectReuse: true,
    chaining: false,
    bufferTimeoutMs: 5,
    restartStrategy: { type: 'fixed-delay', attempts: 7, delayMs: 1000 },
    globalJobParameters: { city: 'Oslo' },
  });
  const graph = await captureGraph(
    (env) => {
      env.setMaxParallelism(512).setBufferTimeout(-1).setRestartStrategy(RestartStrategies.noRestart());
      env.getConfig().disableObjectReuse().setGlobalJobParameters({ city: 'Bergen', year: 2024 });
      plain(env);
    },
    { configuration },
  );
  t.like(graph.settings, {
    maxParallelism: 512,
    objectReuse: false,
    chaining: false,
    bufferTimeoutMs: -1,
    restartStrategy: { type: 'none' },
    globalJobParameters: { city: 'Bergen', year: '2024' },
  });
});

test('execution.buffer-timeout.enabled = false sends only full buffers', async (t) => {
  const graph = await captureGraph((env) => void env.fromElements(1).print(), {
    configuration: { 'execution.buffer-timeout.enabled': 'false' },
  });
  t.is(graph.settings.bufferTimeoutMs, -1);
});

test('the job’s name: execute(), else pipeline.name, else the default', async (t) => {
  const program = (env: StreamExecutionEnvironment): void => void env.fromElements(1).print();
  const configuration = { 'pipeline.name': 'Configured' };
  t.is((await captureGraph(program, { configuration, jobName: 'Mine' })).jobName, 'Mine');
  t.is((await captureGraph(program, { configuration })).jobName, 'Configured');
  t.is((await captureGraph(program)).jobName, 'Weft Streaming Job');
});

test('ids count partitionings and unions too, as Flink’s do', async (t) => {
  const graph = await captureGraph((env) => {
    const words = env.fromElements('a').map((word) => word);
    words
      .keyBy((word) => word)
      .reduce((a) => a)
      .print();
  });
  t.deepEqual(
    graph.nodes.map((node) => node.id),
    [1, 2, 4, 5],
  );
});

test('a source that nothing reads is left out; an operator that nothing reads is kept', async (t) => {
  const graph = await captureGraph((env) => {
    env.fromElements('unused');
    const read = env.fromElements('read');
    read.map((word) => word).name('Unread');
    read.print();
  });
  t.deepEqual(
    graph.nodes.map((node) => node.name),
    ['Source: Collection Source', 'Unread', 'Sink: Print to Std. Out'],
  );
});

test('slot sharing groups are inherited while the inputs agree', async (t) => {
  const graph = await captureGraph((env) => {
    const a = env.fromSequence(1, 2).slotSharingGroup('a');
    const b = env.fromSequence(1, 2).slotSharingGroup('b');
    a.map((n) => n).print();
    a.union(b).print();
  });
  t.deepEqual(
    graph.nodes.map((node) => node.slotSharingGroup),
    ['a', 'b', 'a', 'a', 'default'],
  );
});

test('what is set on an operator reaches its node', async (t) => {
  const graph = await captureGraph((env) => {
    env
      .fromElements(1)
      .map((n) => n)
      .name('Named')
      .uid('my-uid')
      .setMaxParallelism(64)
      .setBufferTimeout(0)
      .startNewChain()
      .print()
      .name('Out')
      .uid('sink')
      .disableChaining();
  });
  const [, map, sink] = graph.nodes;
  t.like(map, { name: 'Named', uid: 'my-uid', maxParallelism: 64, bufferTimeoutMs: 0, chainingStrategy: 'HEAD' });
  t.like(sink, { name: 'Sink: Out', uid: 'sink', chainingStrategy: 'NEVER' });
});

test('a second execute() runs only what was described after the first', async (t) => {
  const names: string[][] = [];
  const env = StreamExecutionEnvironment.getExecutionEnvironment();
  const restore = installHost({
    mode: 'client',
    parallelism: 1,
    configuration: {},
    execute: (graph) => {
      names.push(graph.nodes.map((node) => node.name));
      return Promise.resolve({ jobId: '0'.repeat(32), jobName: graph.jobName, netRuntimeMs: 0, accumulators: {} });
    },
    value: async (_name, compute) => compute(),
  });
  env.fromElements(1).print().name('First');
  const first = env.execute();
  env.fromElements(2).print().name('Second');
  const second = env.execute();
  restore();
  await Promise.all([first, second]);
  t.deepEqual(names, [
    ['Source: Collection Source', 'Sink: First'],
    ['Source: Collection Source', 'Sink: Second'],
  ]);
});

test('restart strategies take milliseconds, Time and text', (t) => {
  t.deepEqual(RestartStrategies.fixedDelayRestart(3, 10), { type: 'fixed-delay', attempts: 3, delayMs: 10 });
  t.deepEqual(RestartStrategies.fixedDelayRestart(3, Time.of(10, 'SECONDS')), {
    type: 'fixed-delay',
    attempts: 3,
    delayMs: 10_000,
  });
  t.deepEqual(RestartStrategies.failureRateRestart(2, '5 min', Time.seconds(1)), {
    type: 'failure-rate',
    failuresPerInterval: 2,
    intervalMs: 300_000,
    delayMs: 1000,
  });
  t.deepEqual(RestartStrategies.exponentialDelayRestart(1, '1 s', 2, '1 h', 0.1), {
    type: 'exponential-delay',
    initialBackoffMs: 1,
    maxBackoffMs: 1000,
    multiplier: 2,
    resetThresholdMs: 3_600_000,
    jitter: 0.1,
  });
  t.throws(() => RestartStrategies.fixedDelayRestart(-1, 10), { code: 'API_BAD_ARGUMENT' });
  t.throws(() => RestartStrategies.fixedDelayRestart(1, 'soon'), { code: 'API_BAD_ARGUMENT' });
  t.throws(() => RestartStrategies.exponentialDelayRestart('2 s', '1 s', 2, '1 h', 0.1), { code: 'API_BAD_ARGUMENT' });
});

test('env.value asks the host', async (t) => {
  const restore = installHost({
    mode: 'replay',
    parallelism: 1,
    configuration: {},
    execute: () => new Promise(() => {}),
    value: <T>(name: string) => Promise.resolve(`recorded ${name}` as T),
  });
  const value = StreamExecutionEnvironment.getExecutionEnvironment().value('table', () => 'computed');
  restore();
  t.is(await value, 'recorded table');
});
