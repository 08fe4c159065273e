/** `returns()`: records are checked where the operator emits them, before anything behind it sees them. */
import test from 'ava';
import { Types, type DataStream, type StandardSchemaV1 } from '../../../runtime/api/index.js';
import { operatorHarness, scriptedSource, element, MiniCluster, collectSink } from '../../../runtime/testing/index.js';

interface Word {
  word: string;
  count: number;
}
const WORD = Types.ROW({ word: Types.STRING, count: Types.INT });

const parse = (input: DataStream<string>): DataStream<Word> =>
  input
    .map((line) => JSON.parse(line) as Word)
    .name('Parse')
    .returns(WORD);

test('records of the type pass; one that is not fails with its operator, subtask, path and line', async (t) => {
  const harness = await operatorHarness(parse);
  harness.processElement('{"word":"a","count":1}');
  t.deepEqual(harness.getOutput(), [{ word: 'a', count: 1 }]);
  const error = t.throws(() => harness.processElement('{"word":"a","count":"1"}'), { code: 'TASK_TYPE_MISMATCH' });
  t.regex(
    error.message,
    /^Parse \(subtask 0\): record\.count does not fit .* 32 bits, but is '1' \(declared at .*declared-output\.test\.[jt]s:\d+:\d+\)\.$/,
  );
});

test('sources are checked as well', async (t) => {
  const cluster = await MiniCluster.start();
  t.teardown(() => cluster.close());
  const sink = collectSink<number>();
  const error = await t.throwsAsync(
    cluster.run((env) => {
      env
        .addSource(scriptedSource([element('five' as unknown as number)]), 'Numbers')
        .returns(Types.INT)
        .addSink(sink);
    }),
    { code: 'JOB_FAILED' },
  );
  t.regex((error.cause as Error).message, /Numbers \(subtask 0\): record does not fit/);
  t.deepEqual(sink.results, []);
});

test('a record over taskmanager.record.max-size fails with its operator and its size', async (t) => {
  const cluster = await MiniCluster.start({
    taskManagers: 2,
    configuration: { 'taskmanager.record.max-size': '64 kb' },
  });
  t.teardown(() => cluster.close());
  const sink = collectSink<number>();
  const job = (length: number) =>
    cluster.run((env) => {
      env
        .fromElements('a', 'b')
        .map((text) => text.repeat(length))
        .name('Lengthen')
        .rebalance()
        .map((text) => text.length)
        .setParallelism(2)
        .addSink(sink)
        .setParallelism(1);
    });
  await job(60_000);
  t.deepEqual(sink.results, [60_000, 60_000]);
  const error = await t.throwsAsync(job(70_000), { code: 'JOB_FAILED' });
  t.regex((error.cause as Error).message, /Lengthen \(subtask 0\): A record takes at least 70\d+ bytes.* 65536/);
});

/** As a validation library makes it: takes texts, gives numbers. */
const numeric: StandardSchemaV1<string, number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'string' && value.trim() !== '' && !Number.isNaN(Number(value))
        ? { value: Number(value) }
        : { issues: [{ message: 'is no number', path: ['amount', 0] }] },
  },
};

test('any Standard Schema: what it makes of a record goes on; what it refuses is named', async (t) => {
  const harness = await operatorHarness((input: DataStream<string>) =>
    input
      .map((text) => text)
      .returns(numeric)
      .map((n) => n + 1),
  );
  harness.processElement('41');
  t.deepEqual(harness.getOutput(), [42]);
  const error = t.throws(() => harness.processElement('x'), { code: 'TASK_TYPE_MISMATCH' });
  t.regex(error.message, /record\.amount\[0\] .*is no number/);
});

test('a schema that answers later is refused', async (t) => {
  const later: StandardSchemaV1<string, string> = {
    '~standard': { version: 1, vendor: 'test', validate: (value) => Promise.resolve({ value: value as string }) },
  };
  const harness = await operatorHarness((input: DataStream<string>) => input.map((text) => text).returns(later));
  t.throws(() => harness.processElement('x'), { code: 'TASK_RETURNED_PROMISE' });
});
