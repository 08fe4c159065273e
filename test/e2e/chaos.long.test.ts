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
