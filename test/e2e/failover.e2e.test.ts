/** Two ResourceManagers on one host, which share a SQLite file. */
import test from 'ava';
import { failoverStory } from './kit/failover-story.js';
import { TwoResourceManagers } from './kit/two-resource-managers.js';

test('with SQLite, a standby takes over from a leader that is killed or frozen, and who wakes does no harm', async (t) => {
  await failoverStory(t, await TwoResourceManagers.start(t), 5000);
});

test('commands find the leader; a standby sends others to it; by hand only where failover is not automatic', async (t) => {
  const pair = await TwoResourceManagers.start(t);
  const leader = await pair.leader();
  const standby = leader === 'rm1' ? 'rm2' : 'rm1';
  const { cluster } = pair;
  const states = await cluster.weft('rmadmin', '-getAllServiceState');
  t.regex(states.stdout, /^127\.0\.0\.1:\d+ +(active|standby)\n127\.0\.0\.1:\d+ +(active|standby)\n$/);
  t.is((await cluster.weft('rmadmin', '-getServiceState', standby)).stdout, 'standby\n');
  const status = await cluster.weft('status');
  t.is(status.code, 0, status.stdout + status.stderr);

  const url = pair.urlOf(standby);
  const info = (await (await fetch(`${url}/ws/v1/cluster/info`)).json()) as { clusterInfo: { haState: string } };
  t.is(info.clusterInfo.haState, 'STANDBY');
  const sent = await fetch(`${url}/ws/v1/cluster/apps`, { redirect: 'manual' });
  t.is(sent.status, 307);
  t.is(sent.headers.get('location'), `${pair.urlOf(leader)}/ws/v1/cluster/apps`);
  t.regex(sent.headers.get('refresh') ?? '', /^\d+; url=http/);
  t.is((await fetch(`${url}/ws/v1/cluster/apps/new-application`, { method: 'POST' })).status, 200);

  const refused = await cluster.weft('rmadmin', '-transitionToStandby', leader);
  t.is(refused.code, 1);
  t.regex(refused.stdout + refused.stderr, /Refusing to manually manage HA state/);
  const twice = await cluster.weft('rmadmin', '-transitionToActive', standby, '--forcemanual');
  t.regex(twice.stdout + twice.stderr, new RegExp(`Node ${leader} is already active`));
  const stoodBy = await cluster.weft('rmadmin', '-transitionToStandby', leader, '--forcemanual');
  t.is(stoodBy.code, 0, stoodBy.stdout + stoodBy.stderr);
  t.is(await pair.leader(leader), standby);
});
