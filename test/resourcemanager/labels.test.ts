/** Node labels on a live ResourceManager: defined and given over REST, asked for by applications, kept over a restart. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import { FakeAppMaster, FakeNode, appOf, http, newFolder, startResourceManager, submit, until } from './fixtures.js';

const QUEUES = capacityFiles({
  'maximum-am-resource-percent': '1',
  'root.queues': 'default,vision',
  'root.default.capacity': '50',
  'root.vision.capacity': '50',
  'root.accessible-node-labels.gpu.capacity': '100',
  'root.default.accessible-node-labels': ' ',
  'root.vision.accessible-node-labels': 'gpu',
  'root.vision.accessible-node-labels.gpu.capacity': '100',
});

type Mode = 'off' | 'centralized' | 'distributed';

async function start(t: ExecutionContext, folder: string, nodeLabels: Mode): Promise<ResourceManager> {
  const settings = { schedulerClass: 'capacity', nodeLabels, administrators: 'root,dr.who' };
  const rm = await startResourceManager(folder, { settings, policies: QUEUES, port: 0 });
  t.teardown(async () => {
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return rm;
}

async function node(t: ExecutionContext, rm: ResourceManager, id: string, label?: string): Promise<FakeNode> {
  const fake = new FakeNode(() => rm.url, id, { memoryMb: 2048, vcores: 4 }, label).start();
  t.teardown(() => {
    fake.client.close();
  });
  await until(`${id} to register`, () => fake.registrations > 0);
  return fake;
}

/** The AppMaster that the node was told to start first. */
async function masterOn(t: ExecutionContext, rm: ResourceManager, { starts }: FakeNode): Promise<FakeAppMaster> {
  const master = new FakeAppMaster(() => rm.url, starts[0]?.context ?? never());
  t.teardown(() => {
    master.client.close();
  });
  await until('its registration', () => master.registrations > 0);
  return master;
}

const post = (rm: ResourceManager, path: string, body?: unknown) => http(rm, 'POST', `/ws/v1/cluster/${path}`, body);
const get = async (rm: ResourceManager, path: string) => (await http(rm, 'GET', `/ws/v1/cluster/${path}`)).body;
const messageOf = (body: Record<string, unknown>) => (body['weftError'] as { code: string; message: string }).message;

test('an application that asks for a label runs on its nodes', async (t) => {
  const rm = await start(t, newFolder(), 'centralized');
  await node(t, rm, 'plain:1');
  const gpu = await node(t, rm, 'gpu1:1');
  t.is((await post(rm, 'add-node-labels', { nodeLabelInfo: { name: 'gpu', exclusivity: 'true' } })).status, 200);
  const given = { nodeToLabels: [{ nodeId: 'gpu1', labels: ['gpu'] }] };
  t.is((await post(rm, 'replace-node-to-labels', given)).status, 200);
  t.like(await get(rm, 'nodes/gpu1:1'), { node: { nodeLabels: ['gpu'] } });
  t.like(await get(rm, 'get-node-labels'), { nodeLabelInfo: [{ name: 'gpu', exclusivity: true, activeNMs: 1 }] });
  t.like(await get(rm, 'label-mappings'), {
    labelsToNodes: { entry: [{ key: { name: 'gpu' }, value: { nodes: ['gpu1:0'] } }] },
  });

  const id = await submit(rm, { queue: 'vision', 'app-node-label-expression': 'gpu' });
  await until('the AppMaster on the labelled node', () => gpu.starts.length > 0);
  t.like(await appOf(rm, id), { masterNodeId: 'gpu1:1', appNodeLabelExpression: 'gpu' });
  const master = await masterOn(t, rm, gpu);
  await master.ask(3, 256);
  await until('its containers', () => master.allocated.length === 3);
  t.deepEqual(new Set(master.allocated.map(({ nodeId }) => nodeId)), new Set(['gpu1:1']));
  const { client } = master;
  const ask = { priority: 1, resourceName: '*', resource: { memoryMb: 256, vcores: 1 }, numContainers: 1 };
  const asks = [{ ...ask, relaxLocality: true, label: 'fpga' }];
  await t.throwsAsync(
    client.session.call('allocate', { asks, releases: [], blacklistAdditions: [], blacklistRemovals: [] }),
    { code: 'RM_NODE_LABELS', message: /There is no node label fpga; there is gpu/ },
  );
});

test('a label that the queue may not use is refused at once: of an AppMaster and of its asks', async (t) => {
  const rm = await start(t, newFolder(), 'centralized');
  const plain = await node(t, rm, 'plain:1');
  await post(rm, 'add-node-labels', { nodeLabelInfo: { name: 'gpu', exclusivity: 'true' } });
  const reason = /root\.default may not use nodes with the label gpu/;
  const label = { 'am-container-node-label-expression': 'gpu' };
  await t.throwsAsync(submit(rm, { queue: 'default', ...label }), { message: reason });
  await submit(rm, { queue: 'default' });
  await until('the AppMaster', () => plain.starts.length > 0);
  const master = await masterOn(t, rm, plain);
  const ask = { priority: 1, resourceName: '*', resource: { memoryMb: 256, vcores: 1 }, numContainers: 1 };
  const asks = [{ ...ask, relaxLocality: true, label: 'gpu' }];
  const call = { asks, releases: [], blacklistAdditions: [], blacklistRemovals: [] };
  await t.throwsAsync(master.client.session.call('allocate', call), { code: 'RM_NODE_LABELS', message: reason });
  await master.ask(1, 256);
  await until('what it asks for without the label', () => master.allocated.length === 1);
});

test('labels are kept over a restart, and go only when no queue has a share of them', async (t) => {
  const folder = newFolder();
  const rm = await start(t, folder, 'centralized');
  await post(rm, 'add-node-labels', { nodeLabelInfo: [{ name: 'gpu' }, { name: 'fast', exclusivity: false }] });
  await post(rm, 'nodes/a:1/replace-labels?labels=fast');
  await rm.stop();
  const again = await start(t, folder, 'centralized');
  t.like(await get(again, 'get-node-labels'), {
    nodeLabelInfo: [{ name: 'fast', exclusivity: false }, { name: 'gpu' }],
  });
  t.like(await get(again, 'nodes/a:1/get-labels'), { nodeLabelInfo: [{ name: 'fast' }] });
  const refused = await post(again, 'remove-node-labels?labels=gpu');
  t.is(refused.status, 400);
  t.is(messageOf(refused.body), 'The label gpu cannot be removed: the queue root.vision has a share of it.');
  t.is((await post(again, 'remove-node-labels?labels=fast')).status, 200);
  t.deepEqual(await get(again, 'get-node-to-labels'), { nodeToLabels: {} });
});

test('a node on a host with a label may have none', async (t) => {
  const rm = await start(t, newFolder(), 'centralized');
  await post(rm, 'add-node-labels', { nodeLabelInfo: [{ name: 'gpu' }] });
  await post(rm, 'nodes/h/replace-labels?labels=gpu');
  await post(rm, 'nodes/h:2/replace-labels');
  t.like(await get(rm, 'nodes/h:1/get-labels'), { nodeLabelInfo: [{ name: 'gpu' }] });
  t.deepEqual(await get(rm, 'nodes/h:2/get-labels'), {});
  await post(rm, 'nodes/h/replace-labels');
  t.deepEqual(await get(rm, 'nodes/h:1/get-labels'), {});
});

test('nodes may name their labels themselves', async (t) => {
  const rm = await start(t, newFolder(), 'distributed');
  await post(rm, 'add-node-labels', { nodeLabelInfo: [{ name: 'gpu' }] });
  await node(t, rm, 'a:1', 'gpu');
  await node(t, rm, 'b:1', 'unheard-of');
  t.like(await get(rm, 'nodes/a:1'), { node: { nodeLabels: ['gpu'] } });
  t.false('nodeLabels' in ((await get(rm, 'nodes/b:1'))['node'] as object));
  const refused = await post(rm, 'nodes/b:1/replace-labels?labels=gpu');
  t.regex(messageOf(refused.body), /Nodes name their labels themselves/);
});

test('what is wrong with labels is said', async (t) => {
  const rm = await start(t, newFolder(), 'centralized');
  await post(rm, 'add-node-labels', { nodeLabelInfo: [{ name: 'gpu' }] });
  const refusals: [string, unknown, RegExp][] = [
    ['add-node-labels', { nodeLabelInfo: [{ name: '<b>x</b>' }] }, /"<b>x<\/b>" is no label/],
    ['add-node-labels', { nodeLabelInfo: [{ name: 'gpu', exclusivity: false }] }, /cannot be changed/],
    ['add-node-labels', { nodeLabelInfo: [{}] }, /The body/],
    ['nodes/a/replace-labels?labels=gpu&labels=x', undefined, /one label only/],
    ['nodes/a/replace-labels?labels=x', undefined, /no node label x/],
  ];
  for (const [path, body, reason] of refusals) {
    const answer = await post(rm, path, body);
    t.is(answer.status, 400, path);
    t.regex(messageOf(answer.body), reason);
  }
  const stranger = await post(rm, 'remove-node-labels?labels=gpu&user.name=eve');
  t.is(stranger.status, 403);
  t.like(stranger.body, { weftError: { code: 'RM_FORBIDDEN' }, RemoteException: { exception: 'ForbiddenException' } });
  await t.throwsAsync(submit(rm, { 'app-node-label-expression': 'fpga' }), { message: /no node label fpga/ });
});

test('without yarn.node-labels.enabled there are none', async (t) => {
  const rm = await start(t, newFolder(), 'off');
  const answer = await post(rm, 'add-node-labels', { nodeLabelInfo: [{ name: 'gpu' }] });
  t.is(messageOf(answer.body), 'Node labels are off (yarn.node-labels.enabled).');
  t.deepEqual(await get(rm, 'get-node-labels'), {});
});

function never(): never {
  throw new Error('the AppMaster was not started');
}
