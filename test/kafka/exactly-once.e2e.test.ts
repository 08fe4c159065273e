/** Kafka to Kafka on a cluster of real processes that die, each result exactly once; and at least once, where the same check fails. */
import test, { type ExecutionContext } from 'ava';
import { TestCluster } from '../e2e/kit/cluster.js';
import { KafkaBroker } from './kit/broker.js';
import { killRun, some, type KillRun } from './kit/kills.js';
import { Topics } from './kit/topics.js';

async function run(
  t: ExecutionContext,
  guarantee: 'EXACTLY_ONCE' | 'AT_LEAST_ONCE',
  kills: number,
  seed: number,
): Promise<KillRun> {
  const broker = await KafkaBroker.start();
  t.teardown(() => broker.stop());
  const topics = await Topics.of(broker);
  t.teardown(() => topics.close());
  const yarnSite = { 'yarn.resourcemanager.am.max-attempts': '1000' };
  const cluster = await TestCluster.start(t, { nodes: 2, yarnSite });
  return await killRun({ cluster, broker, topics, guarantee, kills, seed });
}

test('10 kills of every role and the broker, exactly once: each result is there once', async (t) => {
  const { killed, wrong } = await run(t, 'EXACTLY_ONCE', 10, 5);
  t.log(killed.join(' '));
  t.deepEqual(some(wrong), []);
});

test('the same at least once: nothing is missing, and something is there twice', async (t) => {
  // A kill right behind a checkpoint repeats nothing: such runs are told apart from a check that cannot fail by going on.
  for (const seed of [5, 6, 7]) {
    const { killed, wrong } = await run(t, 'AT_LEAST_ONCE', 4, seed);
    t.log(killed.join(' '));
    t.true(
      [...wrong.values()].every((count) => count > 1),
      some(wrong).join(', '),
    );
    if (wrong.size > 0) return;
  }
  t.fail('No run had anything twice.');
});
