/** Who may do what on a live ResourceManager, with users and groups as the configuration names them. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { parseHadoopXml } from '../../runtime/common/config/hadoop-xml.js';
import { ManualClock } from '../../runtime/common/clock.js';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import { UserGroups, groupsOfSystem } from '../../resourcemanager/security/user-groups.js';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import { http, newFolder, startResourceManager, submissionOf, type PolicyFiles } from './fixtures.js';

const GROUPS = 'ann=staff,vision;bob=staff;eve=;mallory=guests';

async function start(t: ExecutionContext, policies: PolicyFiles): Promise<ResourceManager> {
  const folder = newFolder();
  const settings = { schedulerClass: 'capacity', staticGroups: GROUPS, administrators: 'root admins' };
  const rm = await startResourceManager(folder, { settings, policies });
  t.teardown(async () => {
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return rm;
}

async function submitAs(rm: ResourceManager, user: string, queue: string) {
  const created = await http(rm, 'POST', '/ws/v1/cluster/apps/new-application');
  const id = created.body['application-id'] as string;
  const answer = await http(rm, 'POST', `/ws/v1/cluster/apps?user.name=${user}`, submissionOf(id, { queue }));
  return { id, status: answer.status, code: (answer.body['weftError'] as { code: string } | undefined)?.code };
}

test('in files, what follows the first blank of an access list are groups', async (t) => {
  const entries = Object.entries({ ...CLOSED, 'root.vision.acl_submit_applications': ' staff' });
  const properties = entries.map(([key, value]) => {
    const name = key.startsWith('yarn.') ? key : `yarn.scheduler.capacity.${key}`;
    return `<property>\n  <name> ${name} </name><value>${value}</value></property>`;
  });
  const capacity = parseHadoopXml(`<configuration>${properties.join('\n')}</configuration>`, 'capacity-scheduler.xml');
  const rm = await start(t, { ...capacityFiles({}), capacity });
  t.like(await submitAs(rm, 'ann', 'vision'), { status: 202 });
  t.like(await submitAs(rm, 'staff', 'vision'), { status: 400, code: 'RM_QUEUE_REFUSED' });
});

const CLOSED = {
  'yarn.acl.enable': 'true',
  'yarn.admin.acl': 'root',
  'root.acl_submit_applications': ' ',
  'root.acl_administer_queue': ' ',
  'root.queues': 'default,vision',
  'root.default.capacity': '50',
  'root.vision.capacity': '50',
  'root.vision.acl_submit_applications': ' vision',
  'root.vision.acl_administer_queue': 'bob',
};

test('a queue takes the users of a group, and its administrators change what is in it', async (t) => {
  const rm = await start(t, capacityFiles(CLOSED));
  const { id, status } = await submitAs(rm, 'ann', 'vision');
  t.is(status, 202);
  t.like(await submitAs(rm, 'mallory', 'vision'), { status: 400, code: 'RM_QUEUE_REFUSED' });
  const path = `/ws/v1/cluster/apps/${id}`;
  for (const [method, below, body] of [
    ['PUT', 'state', { state: 'KILLED' }],
    ['PUT', 'queue', { queue: 'default' }],
    ['PUT', 'priority', { priority: 1 }],
    ['PUT', 'timeout', { timeout: { type: 'LIFETIME', expiryTime: '2090-01-01T00:00:00.000+0000' } }],
  ] as const) {
    const answer = await http(rm, method, `${path}/${below}?user.name=mallory`, body);
    t.is(answer.status, 403, below);
    t.like(answer.body, { weftError: { code: 'RM_FORBIDDEN' } });
  }
  // An administrator of its queue, who may not submit to the other one.
  t.is((await http(rm, 'PUT', `${path}/queue?user.name=bob`, { queue: 'default' })).status, 403);
  t.is((await http(rm, 'PUT', `${path}/state?user.name=bob`, { state: 'KILLED' })).status, 202);
  t.is((await http(rm, 'POST', '/weft/v1/queues/refresh?user.name=ann')).status, 403);
  t.is((await http(rm, 'POST', '/weft/v1/queues/refresh?user.name=root')).status, 200);
});

test('placement by primary group', async (t) => {
  const rm = await start(
    t,
    capacityFiles({
      'root.queues': 'default,staff',
      'root.default.capacity': '50',
      'root.staff.capacity': '50',
      'queue-mappings': 'u:%user:%primary_group',
    }),
  );
  const queueOf = async ({ id }: { id: string }): Promise<unknown> =>
    (await http(rm, 'GET', `/ws/v1/cluster/apps/${id}/queue`)).body['queue'];
  t.is(await queueOf(await submitAs(rm, 'ann', 'default')), 'root.staff');
  t.is(await queueOf(await submitAs(rm, 'eve', 'default')), 'root.default');
});

test('groups come from the system, for a while', async (t) => {
  const clock = new ManualClock();
  let asked = 0;
  const groups = new UserGroups(clock, 'ann=a', 1000, (user) => {
    asked++;
    return user === 'ghost' ? Promise.reject(new Error('no such user')) : Promise.resolve([`of-${user}`]);
  });
  t.deepEqual(await groups.of('ann'), ['a']);
  t.deepEqual([await groups.of('bob'), await groups.of('bob'), asked], [['of-bob'], ['of-bob'], 1]);
  t.deepEqual(await groups.of('ghost'), []);
  clock.advance(1001);
  await groups.of('bob');
  t.is(asked, 3);
  for (const bad of ['=a', 'u=a=b', 'u=a;u=b']) {
    t.throws(() => new UserGroups(clock, bad, 0), { code: 'CONFIG_BAD_VALUE' });
  }
});

test('the system knows root, and takes no name for an option', async (t) => {
  t.deepEqual(await groupsOfSystem('root').then(([first]) => first), 'root');
  await t.throwsAsync(groupsOfSystem('--version'));
});
