/** What happens to those that are never heard of again, and to what nobody needs any more. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { sha256 } from '../../runtime/common/blobs/blob-store.js';
import type { ResourceManagerSettings } from '../../resourcemanager/config/settings.js';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import {
  FakeAppMaster,
  FakeNode,
  appOf,
  http,
  newFolder,
  startResourceManager,
  submit,
  until,
  untilState,
} from './fixtures.js';

async function start(
  t: ExecutionContext,
  settings: Partial<ResourceManagerSettings>,
): Promise<{ rm: ResourceManager; node: FakeNode }> {
  const folder = newFolder();
  const rm = await startResourceManager(folder, { settings: { nodeExpiryIntervalMs: 60_000, ...settings } });
  const node = new FakeNode(() => rm.url, 'localhost:1').start();
  t.teardown(async () => {
    node.client.close();
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await until('the node', () => node.registrations > 0);
  return { rm, node };
}

async function appMasterOn(t: ExecutionContext, rm: ResourceManager, node: FakeNode): Promise<FakeAppMaster> {
  const { context } = await until('its start', () => node.starts.at(-1));
  const appMaster = new FakeAppMaster(() => rm.url, context);
  t.teardown(() => {
    appMaster.client.close();
  });
  await until('its registration', () => appMaster.registrations > 0);
  return appMaster;
}

test('an AppMaster that is silent for too long is stopped, and the next attempt starts', async (t) => {
  const { rm, node } = await start(t, { appMasterExpiryIntervalMs: 400 });
  const id = await submit(rm);
  await appMasterOn(t, rm, node);
  const [first] = node.starts;
  await until('the second attempt', () => node.starts[1]);
  t.true(node.stopped.includes(first?.containerId ?? ''));
  const failed = await untilState(rm, id, 'FAILED');
  t.regex(failed['diagnostics'] as string, /failed 2 times.*not heard of for 400 ms/);
});

test('an AppMaster that said it is done and stays is stopped', async (t) => {
  const { rm, node } = await start(t, { appMasterExpiryIntervalMs: 400 });
  const id = await submit(rm);
  const appMaster = await appMasterOn(t, rm, node);
  await appMaster.finish('FAILED', 'the job failed');
  await until('its stop', () => node.stopped.includes(node.starts[0]?.containerId ?? ''));
  const app = await until('the end', async () => {
    const now = await appOf(rm, id);
    return now['allocatedMB'] === -1 && now;
  });
  t.like(app, { state: 'FINISHED', finalStatus: 'FAILED', diagnostics: 'the job failed' });
  t.is(node.starts.length, 1, 'it is not started again');
});

test('a container that is not started in time is taken back', async (t) => {
  const { rm, node } = await start(t, { containerExpiryIntervalMs: 300 });
  await submit(rm);
  const appMaster = await appMasterOn(t, rm, node);
  await appMaster.ask(1, 512);
  const container = await until('a container', () => appMaster.allocated[0]);
  const end = await until('its end', () => appMaster.completed[0]);
  t.like(end, { containerId: container.containerId, exit: { kind: 'released', exitStatus: -100 } });
  t.is(rm.view.scheduler.totals().containers, 1);
});

test('what an application gives back is free, and stopped on its node', async (t) => {
  const { rm, node } = await start(t, {});
  await submit(rm);
  const appMaster = await appMasterOn(t, rm, node);
  await appMaster.ask(1, 512);
  const { containerId } = await until('a container', () => appMaster.allocated[0]);
  node.run(containerId);
  await appMaster.ask(0, 512, [containerId, 'container_1_0001_01_000001']);
  await until('its stop', () => node.stopped.includes(containerId));
  t.like(node.stopReasons.get(containerId), { kind: 'released', by: 'appmaster' });
  t.is(rm.view.scheduler.totals().containers, 1);
});

test('a container that nobody knows is stopped', async (t) => {
  const { node } = await start(t, {});
  node.run('container_1_0001_01_000009');
  await until('its stop', () => node.stopped.includes('container_1_0001_01_000009'));
  t.false(node.containers.has('container_1_0001_01_000009'));
});

test('an unhealthy node gets nothing new until it is well again', async (t) => {
  const { rm, node } = await start(t, {});
  node.heartbeat([], false);
  await until('the news', () => rm.view.nodes.require(node.nodeId).state === 'UNHEALTHY');
  const id = await submit(rm);
  t.regex((await appOf(rm, id))['diagnostics'] as string, /no NodeManager is healthy/);
  node.heartbeat([], true);
  await until('its start', () => node.starts.length > 0);
  t.pass();
});

test('only so many ended applications are remembered, with the files that they need', async (t) => {
  const { rm } = await start(t, { maxCompletedApplications: 1 });
  const content = Buffer.from('a file');
  const hash = sha256(content);
  await fetch(`${rm.url}/weft/v1/blobs/${hash}`, { method: 'PUT', body: content });
  const entry = { key: 'f', value: { resource: `weft-blob:${hash}`, type: 'FILE' } };
  const spec = { commands: { command: 'x' }, 'local-resources': { entry } };
  const one = await submit(rm, { 'am-container-spec': spec });
  const two = await submit(rm);
  for (const id of [one, two]) {
    await http(rm, 'PUT', `/ws/v1/cluster/apps/${id}/state`, { state: 'KILLED' });
    await until('its end', async () => ['KILLED', undefined].includes((await appOf(rm, id))?.['state'] as string));
  }
  t.is((await http(rm, 'GET', `/ws/v1/cluster/apps/${one}`)).status, 404);
  t.is((await http(rm, 'GET', `/ws/v1/cluster/apps/${two}`)).status, 200);
  await until('the file to go', async () => !(await rm.view.blobs.has(hash)));
});

test('a signal goes to the node of a container that runs; only known words and containers do', async (t) => {
  const { rm, node } = await start(t, {});
  await submit(rm);
  await appMasterOn(t, rm, node);
  const { containerId } = node.starts[0];
  const path = `/ws/v1/cluster/containers/${containerId}/signal`;
  t.is((await http(rm, 'POST', `${path}/FORCEFUL_SHUTDOWN`)).status, 200);
  await until('the signal', () => node.signals.length > 0);
  t.deepEqual(node.signals, [`${containerId} FORCEFUL_SHUTDOWN`]);
  t.is((await http(rm, 'POST', `${path}/HELLO`)).status, 400);
  t.is((await http(rm, 'POST', path.replace('000001', '000009') + '/FORCEFUL_SHUTDOWN')).status, 404);
});
