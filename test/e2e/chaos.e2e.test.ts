/** A job under kill -9 of all roles: its output and its state are those of an undisturbed run. */
import test from 'ava';
import { chaosRun } from './kit/chaos.js';
import { TestCluster } from './kit/cluster.js';

test('20 kills of TaskManagers, JobManager, AppMaster and NodeManagers: everything counts once', async (t) => {
  const yarnSite = { 'yarn.resourcemanager.am.max-attempts': '1000' };
  const { killed, wrong } = await chaosRun(await TestCluster.start(t, { nodes: 2, yarnSite }), 20, 7);
  t.log(killed.join(' '));
  t.deepEqual(wrong, []);
});
