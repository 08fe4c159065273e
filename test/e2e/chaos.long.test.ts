/** As chaos.e2e, ten times as long, from another seed. */
import test from 'ava';
import { chaosRun } from './kit/chaos.js';
import { TestCluster } from './kit/cluster.js';

test('200 kills of TaskManagers, JobManager, AppMaster and NodeManagers: everything counts once', async (t) => {
  t.timeout(1_200_000);
  const yarnSite = { 'yarn.resourcemanager.am.max-attempts': '1000' };
  const { killed, wrong } = await chaosRun(await TestCluster.start(t, { nodes: 2, yarnSite }), 200, 11);
  t.log(killed.join(' '));
  t.deepEqual(wrong, []);
});

test('60 kills with unaligned checkpoints: everything counts once', async (t) => {
  t.timeout(600_000);
  const yarnSite = { 'yarn.resourcemanager.am.max-attempts': '1000' };
  const cluster = await TestCluster.start(t, { nodes: 2, yarnSite });
  const { killed, wrong } = await chaosRun(cluster, 60, 13, ['-Dexecution.checkpointing.unaligned=true']);
  t.log(killed.join(' '));
  t.deepEqual(wrong, []);
});
