/** Wrong use that a TypeScript program with casts, or a JavaScript program, can still reach: each names its line. */
import test, { type ExecutionContext } from 'ava';
import {
  WeftError,
  type DataStream,
  type KeyedStream,
  type StreamExecutionEnvironment,
} from '../../../runtime/api/index.js';
import { captureGraph } from './capture-graph.js';

/** The API as an untyped program sees it. */
type Untyped = Record<string, (...args: unknown[]) => unknown>;
const untyped = (object: unknown): Untyped => object as Untyped;

async function rejects(
  t: ExecutionContext,
  code: string,
  program: (env: StreamExecutionEnvironment) => unknown,
  message?: RegExp,
): Promise<void> {
  const error = await t.throwsAsync(captureGraph((env) => void program(env)));
  t.true(error instanceof WeftError, String(error));
  t.is((error as { code?: string } | undefined)?.code, code, String(error));
  t.regex(error?.message ?? '', message ?? /misuse\.test\.[jt]s:\d+:\d+/);
}

const numbers = (env: StreamExecutionEnvironment): DataStream<number> => env.fromElements(1);
const keyed = (env: StreamExecutionEnvironment): KeyedStream<number, number> => numbers(env).keyBy((n) => n);

test('a job without a sink', async (t) => {
  await rejects(
    t,
    'GRAPH_NO_SINK',
    (env) =>
      numbers(env)
        .map((n) => n)
        .name('Loose end'),
    /"Loose end" \(.*misuse/,
  );
  await rejects(t, 'GRAPH_NO_SINK', () => {}, /has no sink/);
});

test('parallelism out of range', async (t) => {
  for (const bad of [0, -1, 1.5, NaN, '2']) {
    await rejects(t, 'API_PARALLELISM', (env) => env.setParallelism(bad as number));
    await rejects(t, 'API_PARALLELISM', (env) =>
      numbers(env)
        .print()
        .setParallelism(bad as number),
    );
  }
  await rejects(t, 'API_PARALLELISM', (env) => env.setMaxParallelism(32_769));
});

test('a non-parallel source with parallelism above 1', async (t) => {
  await rejects(
    t,
    'API_PARALLELISM',
    (env) => env.fromElements(1).setParallelism(2),
    /"Collection Source" is not a par/,
  );
  await rejects(t, 'API_PARALLELISM', (env) => env.socketTextStream('host', 1).setParallelism(2));
  await rejects(t, 'API_PARALLELISM', (env) => env.addSource(async () => {}).setParallelism(3));
});

test('parallelism above the maximum parallelism', async (t) => {
  await rejects(
    t,
    'GRAPH_PARALLELISM',
    (env) => numbers(env).print().setMaxParallelism(3).setParallelism(4),
    /maximum of 3/,
  );
});

test('forward between different parallelism', async (t) => {
  await rejects(
    t,
    'GRAPH_FORWARD_PARALLELISM',
    (env) => env.fromSequence(1, 2).setParallelism(3).forward().print().setParallelism(2),
    /has the parallelism 2, but reads with forward\(\) from "Source: Sequence Source" .* which has 3/,
  );
});

test('a uid used twice', async (t) => {
  await rejects(t, 'GRAPH_DUPLICATE_UID', (env) => env.fromElements(1).uid('same').print().uid('same'), /"same"/);
});

test('fromElements without elements, fromCollection without a collection', async (t) => {
  await rejects(t, 'API_EMPTY_ELEMENTS', (env) => env.fromElements());
  await rejects(t, 'API_BAD_ARGUMENT', (env) => untyped(env)['fromCollection']?.({}));
});

test('a function that is missing', async (t) => {
  for (const method of ['map', 'flatMap', 'filter', 'process', 'addSink', 'keyBy']) {
    await rejects(t, 'API_BAD_FUNCTION', (env) => untyped(numbers(env))[method]?.(), /\(\) was given nothing/);
  }
  await rejects(t, 'API_BAD_FUNCTION', (env) => untyped(keyed(env))['reduce']?.(null), /was given null/);
  await rejects(t, 'API_BAD_FUNCTION', (env) => untyped(numbers(env))['map']?.({ mop: 1 }), /no method map\(\)/);
  await rejects(t, 'API_BAD_FUNCTION', (env) => untyped(env)['addSource']?.({}), /no method run\(\)/);
});

test('a class instead of an instance', async (t) => {
  class Upper {
    map(value: string): string {
      return value.toUpperCase();
    }
  }
  await rejects(t, 'API_BAD_FUNCTION', (env) => untyped(numbers(env))['map']?.(Upper), /pass an instance, new Upper/);
});

test('an async function where a value is due', async (t) => {
  await rejects(t, 'API_ASYNC_FUNCTION', (env) => untyped(numbers(env))['filter']?.(async () => Promise.resolve(true)));
  await rejects(t, 'API_ASYNC_FUNCTION', (env) => numbers(env).map(async (n) => Promise.resolve(n)));
  await rejects(t, 'API_ASYNC_FUNCTION', (env) => untyped(numbers(env))['keyBy']?.(async () => Promise.resolve(1)));
});

test('a keyed stream keeps its partitioning', async (t) => {
  for (const method of ['rebalance', 'rescale', 'shuffle', 'global', 'forward', 'broadcast'] as const) {
    await rejects(t, 'API_KEYED_PARTITIONING', (env) => keyed(env)[method](), new RegExp(`^${method}\\(\\)`));
  }
});

test('streams of two environments', async (t) => {
  let other: DataStream<number> | undefined;
  await captureGraph((env) => {
    other = numbers(env);
    other.print();
  });
  await rejects(t, 'API_FOREIGN_STREAM', (env) => numbers(env).union(other as DataStream<number>));
});

test('fields that cannot be', async (t) => {
  await rejects(
    t,
    'API_BAD_ARGUMENT',
    (env) => untyped(keyed(env))['sum']?.({}),
    /neither a field name nor a position/,
  );
  await rejects(t, 'API_BAD_ARGUMENT', (env) => untyped(numbers(env))['keyBy']?.('a', -1));
});

test('empty names, paths and uids, bad ports and sequences', async (t) => {
  await rejects(t, 'API_BAD_ARGUMENT', (env) => numbers(env).print().uid(''));
  await rejects(t, 'API_BAD_ARGUMENT', (env) => numbers(env).print().name(' '));
  await rejects(t, 'API_BAD_ARGUMENT', (env) => numbers(env).writeAsText(''));
  await rejects(t, 'API_BAD_ARGUMENT', (env) => env.readTextFile(undefined as unknown as string));
  await rejects(t, 'API_BAD_ARGUMENT', (env) => env.socketTextStream('host', 70_000));
  await rejects(t, 'API_BAD_ARGUMENT', (env) => env.fromSequence(2, 1), /from 2 down to 1/);
  await rejects(t, 'API_BAD_ARGUMENT', (env) => env.fromSequence(0.5, 1));
  await rejects(t, 'API_BAD_ARGUMENT', (env) => env.setBufferTimeout(-2));
});

test('a configuration key that is not there', async (t) => {
  const error = await t.throwsAsync(
    captureGraph((env) => void numbers(env).print(), { configuration: { 'pipeline.object-resue': 'true' } }),
  );
  t.regex(error?.message ?? '', /Did you mean pipeline\.object-reuse/);
});
