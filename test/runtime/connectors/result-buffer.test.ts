import { deserialize } from 'node:v8';
import test from 'ava';
import { ManualClock } from '../../../runtime/common/clock.js';
import { ResultBuffer, type CollectedRecords } from '../../../runtime/connectors/index.js';

function buffer() {
  const clock = new ManualClock(0);
  const woken = { count: 0 };
  return { clock, woken, results: new ResultBuffer(clock, () => woken.count++) };
}

const valuesOf = ({ records }: CollectedRecords): unknown[] =>
  records.map((record): unknown => deserialize(Buffer.from(record, 'base64')));

test('records stay until the client asks for what comes after them', async (t) => {
  const { results } = buffer();
  for (const n of [1, 2, 3]) results.write({ n });
  t.deepEqual(valuesOf(await results.take(0)), [{ n: 1 }, { n: 2 }, { n: 3 }]);
  t.deepEqual(valuesOf(await results.take(0)).length, 3);
  t.deepEqual(valuesOf(await results.take(2)), [{ n: 3 }]);
});

test('a record is kept as it was when it was written', async (t) => {
  const { results } = buffer();
  const record = { n: 1 };
  results.write(record);
  record.n = 2;
  t.deepEqual(valuesOf(await results.take(0)), [{ n: 1 }]);
});

test('a question waits for the end of a turn, but not for long', async (t) => {
  const { results, clock } = buffer();
  const answered = results.take(0);
  results.write('a');
  results.flush();
  t.deepEqual(valuesOf(await answered), ['a']);
  const empty = results.take(1);
  clock.advance(200);
  t.deepEqual(await empty, { records: [], ended: false });
});

test('the job waits while too much is here, and goes on when it was fetched', async (t) => {
  const { results, woken } = buffer();
  for (let i = 0; i < 12; i++) results.write('x'.repeat(100_000));
  t.true(results.busy);
  const first = valuesOf(await results.take(0)).length;
  t.true(first < 12);
  await results.take(first);
  t.false(results.busy);
  t.is(woken.count, 1);
});

test('the task ends only when the client has everything', async (t) => {
  const { results } = buffer();
  results.write(1);
  let over = false;
  const idle = results.idle().then(() => (over = true));
  t.false((await results.take(0)).ended);
  t.true(results.busy);
  t.false(over);
  t.deepEqual(await results.take(1), { records: [], ended: true });
  await idle;
  t.false(results.busy);
});

test('what is given up is not waited for', async (t) => {
  const { results } = buffer();
  results.write(1);
  const idle = results.idle();
  results.discard();
  await t.notThrowsAsync(idle);
});
