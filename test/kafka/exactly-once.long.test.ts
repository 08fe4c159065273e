/** As the short run, with a hundred kills. */
import test from 'ava';
import { TestCluster } from '../e2e/kit/cluster.js';
import { KafkaBroker } from './kit/broker.js';
import { killRun, some } from './kit/kills.js';
import { Topics } from './kit/topics.js';

test('100 kills of every role and the broker: each result is there once', async (t) => {
  const broker = await KafkaBroker.start();
  t.teardown(() => broker.stop());
  const topics = await Topics.of(broker);
  t.teardown(() => topics.close());
  const yarnSite = { 'yarn.resourcemanager.am.max-attempts': '1000' };
  const cluster = await TestCluster.start(t, { nodes: 2, yarnSite });
  const { killed, wrong } = await killRun({ cluster, broker, topics, guarantee: 'EXACTLY_ONCE', kills: 100, seed: 11 });
  t.log(killed.join(' '));
  t.deepEqual(some(wrong), []);
});
