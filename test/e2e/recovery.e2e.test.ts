/** A ResourceManager that is killed in the midst of 100 running applications. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TestCluster } from './kit/cluster.js';
import { LightApplications } from './kit/light-applications.js';
import { until } from './kit/until.js';

const APPLICATIONS = 100;

test('kill -9 of the ResourceManager loses none of 100 applications and doubles none; new work starts within 3 s', async (t) => {
  const cluster = await TestCluster.start(t, {
    nodes: 2,
    yarnSite: {
      'yarn.nodemanager.resource.memory-mb': '65536',
      'yarn.nodemanager.resource.cpu-vcores': '1000',
      'yarn.scheduler.minimum-allocation-mb': '128',
    },
  });
  const url = () =>
    Promise.resolve(
      (JSON.parse(readFileSync(join(cluster.home, 'cluster', 'resourcemanager.json'), 'utf8')) as { url: string }).url,
    );
  const applications = new LightApplications(cluster, url);
  const ids = await applications.submit(APPLICATIONS);
  await applications.running(APPLICATIONS);
  const before = applications.containers();

  // In their midst: some are just being submitted.
  const late = applications.submit(5);
  const killedMs = performance.now();
  cluster.kill('resourcemanager');
  const lateIds = await late;
  const [probe = ''] = lateIds.slice(-1);
  await until('new work', async () => {
    await applications.adopt();
    return (await applications.views()).get(probe)?.state === 'RUNNING';
  });
  const tookMs = performance.now() - killedMs;
  t.log(`new work ran ${Math.round(tookMs)} ms after the kill`);
  t.true(tookMs < 3000, `it took ${tookMs} ms`);

  await applications.running(APPLICATIONS + lateIds.length);
  const after = applications.containers();
  for (const [container, pid] of before) t.is(after.get(container), pid, `${container} runs on`);
  const views = await until('all AppMasters to be back', async () => {
    const all = await applications.views();
    return [...all.values()].every(({ state, allocatedMB }) => state === 'RUNNING' && allocatedMB === 256) && all;
  });
  t.is(views.size, APPLICATIONS + lateIds.length, 'none is lost, none is there twice');
  for (const id of ids) t.true(views.has(id));
  t.deepEqual(applications.shutdowns, []);
  await applications.finish();
});
