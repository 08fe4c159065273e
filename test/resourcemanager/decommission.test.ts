/** Nodes that are sent away: by lists, by name, at once or when what runs there has ended. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { Decommissioning } from '../../resourcemanager/nodes/decommissioning.js';
import { hostRefusal, parseHostList, type HostLists } from '../../resourcemanager/nodes/host-lists.js';
import type { NodeId } from '../../runtime/common/ids.js';
import type { StateStore } from '../../resourcemanager/store/state-store.js';
import { FakeAppMaster, FakeNode, http, newFolder, startResourceManager, submit, until } from './fixtures.js';

const A = 'a.example:1' as NodeId;
const B = 'b.example:1' as NodeId;

function lists(include: string, exclude: string): HostLists {
  return { include: parseHostList(include, 'include'), exclude: parseHostList(exclude, 'exclude') };
}

test('lists of hosts: names, one node of several, comments, and Hadoop’s XML with times', (t) => {
  t.deepEqual([...parseHostList('a.example # gone\n\n# b\nc:1 d\n', 'f').keys()], ['a.example', 'c:1', 'd']);
  const xml =
    '<?xml version="1.0"?><hosts><host><name>a.example</name><timeout>5</timeout></host><host><name>b</name></host></hosts>';
  t.deepEqual(
    [...parseHostList(xml, 'f')],
    [
      ['a.example', { timeoutMs: 5000 }],
      ['b', {}],
    ],
  );
  t.throws(() => parseHostList('<hosts><host><name>a</name><timeout>x</timeout></host></hosts>', 'f'), {
    code: 'CONFIG_BAD_FILE',
  });
  t.is(hostRefusal(lists('', ''), A), undefined);
  t.regex(hostRefusal(lists('', 'a.example'), A) ?? '', /exclude/);
  t.regex(hostRefusal(lists('b.example', ''), A) ?? '', /not in the include/);
  t.is(hostRefusal(lists('a.example:1', 'a.example:2'), A), undefined);
});

function decommissioning(read: () => HostLists): { it: Decommissioning; again: () => Decommissioning } {
  const kept = new Map<string, string>();
  const store = {
    meta: (key: string) => kept.get(key),
    setMeta: (key: string, value: string) => void kept.set(key, value),
  } as unknown as StateStore;
  return { it: new Decommissioning(store, read), again: () => new Decommissioning(store, read) };
}

test('a node leaves when it is idle or its time is up; taken off the list it stays', (t) => {
  let current = lists('', '');
  const { it, again } = decommissioning(() => current);
  t.is(it.judge(A, { timeoutMs: 1000 }, 0), 'stay');
  current = lists('', 'a.example');
  t.is(it.judge(A, { timeoutMs: 1000 }, 0), 'stay', 'the file counts when it is read');
  it.refresh();
  t.is(it.judge(A, { timeoutMs: 1000 }, 5), 'leave');
  t.deepEqual(it.leaveOf(A), { sinceMs: 5, deadlineMs: 1005 });
  t.is(it.refusal(A), undefined, 'until it has left it may register again');
  t.deepEqual(
    it.due(1004, () => false),
    [],
  );
  t.deepEqual(
    it.due(1004, (id) => id === A),
    [A],
  );
  t.deepEqual(
    it.due(1005, () => false),
    [A],
  );
  const restarted = again();
  restarted.restore();
  t.deepEqual(restarted.leaveOf(A), { sinceMs: 5, deadlineMs: 1005 });
  t.is(it.judge(A, undefined, 6), 'go');
  t.regex(it.refusal(A) ?? '', /exclude file/);
  it.judge(A, { timeoutMs: undefined }, 7);
  t.deepEqual(
    it.due(1e15, () => false),
    [],
    'however long it takes',
  );
  current = lists('', '');
  it.refresh();
  t.is(it.judge(A, undefined, 8), 'stay');
  t.is(it.leaveOf(A), undefined);
  it.order(B, true);
  t.regex(it.refusal(B) ?? '', /administrator/);
  const later = again();
  later.restore();
  t.truthy(later.refusal(B));
});

async function cluster(t: ExecutionContext): Promise<{
  rm: Awaited<ReturnType<typeof startResourceManager>>;
  node: FakeNode;
}> {
  const folder = newFolder();
  const rm = await startResourceManager(folder);
  const node = new FakeNode(() => rm.url, 'localhost:1').start();
  t.teardown(async () => {
    node.client.close();
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await until('registration', () => node.lastAnswer);
  return { rm, node };
}

async function appMasterOn(t: ExecutionContext, rm: { url: string }, node: FakeNode): Promise<FakeAppMaster> {
  const { context } = await until('its start', () => node.starts.at(-1));
  const appMaster = new FakeAppMaster(() => rm.url, context);
  t.teardown(() => {
    appMaster.client.close();
  });
  await until('its registration', () => appMaster.registrations > 0);
  return appMaster;
}

const stateOf = async (rm: Parameters<typeof http>[0], id: string): Promise<unknown> =>
  ((await http(rm, 'GET', `/ws/v1/cluster/nodes/${id}`)).body['node'] as Record<string, unknown>)['state'];

test('gracefully: what runs goes on, nothing new comes, and with the last container the node goes', async (t) => {
  const { rm, node } = await cluster(t);
  const id = await submit(rm);
  const appMaster = await appMasterOn(t, rm, node);
  const path = `/weft/v1/nodes/${node.nodeId}`;
  const answer = await http(rm, 'POST', `${path}/decommission`, { graceful: true, timeoutSeconds: 600 });
  t.deepEqual(answer.body, { leaving: [node.nodeId], gone: [] });
  t.is(await stateOf(rm, node.nodeId), 'DECOMMISSIONING');
  t.like((await http(rm, 'GET', '/ws/v1/cluster/metrics')).body, {
    clusterMetrics: { decommissioningNodes: 1, activeNodes: 0 },
  });
  await appMaster.ask(1, 256);
  node.heartbeat();
  t.is(rm.view.scheduler.totals().containers, 1, 'the AppMaster alone');
  await http(rm, 'PUT', `/ws/v1/cluster/apps/${id}/state`, { state: 'KILLED' });
  await until('its leave', async () => (await stateOf(rm, node.nodeId)) === 'DECOMMISSIONED');
  t.is(rm.view.scheduler.totals().nodes, 0);
  await until('its refusal', () => node.refusal === 'RM_NODE_EXCLUDED');
  t.deepEqual((await http(rm, 'POST', `${path}/recommission`)).body, { nodeId: node.nodeId });
  node.register();
  await until('its return', async () => (await stateOf(rm, node.nodeId)) === 'RUNNING');
});

test('at once, or when the time is up: what runs there is lost with the node, and it is told to stop', async (t) => {
  const { rm, node } = await cluster(t);
  await submit(rm);
  await appMasterOn(t, rm, node);
  await http(rm, 'POST', `/weft/v1/nodes/${node.nodeId}/decommission`, { graceful: true, timeoutSeconds: 0 });
  await until('its leave', async () => (await stateOf(rm, node.nodeId)) === 'DECOMMISSIONED');
  const [application] = [...rm.view.applications.all()];
  t.like(application?.attempts[0]?.exit, { kind: 'node-lost' });
  t.regex(application?.attempts[0]?.exit?.diagnostics ?? '', /was decommissioned/);
  t.is(application?.attempts[0]?.countsAsFailure, false);
  await until('its refusal', () => node.refusal === 'RM_NODE_EXCLUDED');
  t.like(await http(rm, 'POST', `/weft/v1/nodes/${node.nodeId}/decommission`, { timeoutSeconds: 'soon' }), {
    status: 400,
  });
});
