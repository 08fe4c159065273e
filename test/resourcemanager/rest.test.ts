import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { systemClock } from '../../runtime/common/clock.js';
import { sha256 } from '../../runtime/common/blobs/blob-store.js';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import { capacityFiles } from './scheduler/policy-fixtures.js';
import {
  FakeAppMaster,
  FakeNode,
  appOf,
  http,
  newFolder,
  startResourceManager,
  submissionOf,
  submit,
  until,
  untilState,
} from './fixtures.js';

async function start(
  t: ExecutionContext,
  options?: Parameters<typeof startResourceManager>[1],
): Promise<ResourceManager> {
  const folder = newFolder();
  const rm = await startResourceManager(folder, options);
  t.teardown(async () => {
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return rm;
}

async function withNode(t: ExecutionContext): Promise<{ rm: ResourceManager; node: FakeNode }> {
  const rm = await start(t);
  const node = new FakeNode(() => rm.url, 'localhost:1').start();
  t.teardown(() => {
    node.client.close();
  });
  await until('the node', () => node.registrations > 0);
  return { rm, node };
}

function messageOf(body: Record<string, unknown>): string {
  return (body['RemoteException'] as { message: string }).message;
}

test('an idle cluster answers in YARN’s shapes', async (t) => {
  const rm = await start(t);
  const info = (await http(rm, 'GET', '/ws/v1/cluster/info')).body['clusterInfo'] as Record<string, unknown>;
  t.like(info, { state: 'STARTED', haState: 'ACTIVE' });
  t.is(info['id'], rm.view.identity.clusterTimestampMs);
  t.deepEqual((await http(rm, 'GET', '/ws/v1/cluster')).body['clusterInfo'], info);
  t.deepEqual((await http(rm, 'GET', '/ws/v1/cluster/apps')).body, { apps: {} });
  t.deepEqual((await http(rm, 'GET', '/ws/v1/cluster/nodes')).body, { nodes: {} });
  const { body } = await http(rm, 'GET', '/ws/v1/cluster/scheduler');
  t.like(body, { scheduler: { schedulerInfo: { type: 'fifoScheduler', capacity: 1, numNodes: 0 } } });
});

test('a node that says goodbye is shut down, not lost, and may come back', async (t) => {
  const { rm, node } = await withNode(t);
  await node.client.session.call('unregister', {});
  t.deepEqual((await http(rm, 'GET', '/ws/v1/cluster/nodes')).body, { nodes: {} });
  const all = await http(rm, 'GET', '/ws/v1/cluster/nodes?states=SHUTDOWN');
  t.like(all.body, { nodes: { node: [{ id: 'localhost:1', state: 'SHUTDOWN', availMemoryMB: 0 }] } });
  const { body } = await http(rm, 'GET', '/ws/v1/cluster/metrics');
  t.like(body, { clusterMetrics: { activeNodes: 0, lostNodes: 0, shutdownNodes: 1, totalMB: 0 } });
  node.register();
  await until('its return', async () => {
    const { clusterMetrics } = (await http(rm, 'GET', '/ws/v1/cluster/metrics')).body as Record<string, object>;
    return (clusterMetrics as { activeNodes: number }).activeNodes === 1;
  });
});

test('nodes, metrics and a running application', async (t) => {
  const { rm, node } = await withNode(t);
  const id = await submit(rm, { 'application-tags': { tag: ['a', 'b'] } });
  await until('its start', () => node.starts.length > 0);
  const { body } = await http(rm, 'GET', '/ws/v1/cluster/nodes/localhost:1');
  t.like(body['node'], { id: 'localhost:1', nodeHostName: 'localhost', state: 'RUNNING', usedMemoryMB: 256 });
  t.like((await http(rm, 'GET', '/ws/v1/cluster/nodes?states=LOST')).body, { nodes: {} });
  t.like((await http(rm, 'GET', '/ws/v1/cluster/metrics')).body['clusterMetrics'], {
    appsSubmitted: 1,
    appsPending: 1,
    allocatedMB: 256,
    totalMB: 2048,
    containersAllocated: 1,
    activeNodes: 1,
  });
  t.like(await appOf(rm, id), {
    state: 'ACCEPTED',
    finalStatus: 'UNDEFINED',
    applicationTags: 'a,b',
    masterNodeId: 'localhost:1',
    trackingUI: 'UNASSIGNED',
    allocatedMB: 256,
  });
  const attempts = (await http(rm, 'GET', `/ws/v1/cluster/apps/${id}/appattempts`)).body as {
    appAttempts: { appAttempt: { appAttemptId: string; id: number }[] };
  };
  const attempt = attempts.appAttempts.appAttempt[0];
  t.is(attempt?.id, 1);
  const path = `/ws/v1/cluster/apps/${id}/appattempts/${attempt?.appAttemptId}`;
  t.like((await http(rm, 'GET', path)).body, { host: 'N/A', rpcPort: '-1' });
  const containers = (await http(rm, 'GET', `${path}/containers`)).body;
  t.like(containers['container'], { allocatedMB: '256', nodeId: 'localhost:1' });
});

test('filters of the list of applications', async (t) => {
  const rm = await start(t);
  const one = await submit(rm, { 'application-name': 'one' });
  const two = await submit(rm, { 'application-name': 'two', 'application-type': 'Other' });
  const ids = async (query: string): Promise<string[]> => {
    const { body } = await http(rm, 'GET', `/ws/v1/cluster/apps?${query}`);
    return ((body['apps'] as { app?: { id: string }[] }).app ?? []).map(({ id }) => id);
  };
  t.deepEqual(await ids('states=ACCEPTED,running'), [one, two]);
  t.deepEqual(await ids('states=FINISHED'), []);
  t.deepEqual(await ids('limit=1'), [two]);
  t.deepEqual(await ids('applicationTypes=weft'), [one]);
  t.deepEqual(await ids('queue=root.default'), [one, two]);
  t.deepEqual(await ids('user=nobody'), []);
  t.deepEqual(await ids('name=two'), [two]);
  const bad = await http(rm, 'GET', '/ws/v1/cluster/apps?states=WRONG');
  t.is(bad.status, 400);
  t.is(
    messageOf(bad.body),
    'java.lang.Exception: Invalid application-state WRONG specified. It should be one of ' +
      '[NEW, NEW_SAVING, SUBMITTED, ACCEPTED, RUNNING, FINISHED, FAILED, KILLED]',
  );
});

test('what is not there is a NotFoundException, what is malformed a BadRequestException', async (t) => {
  const rm = await start(t);
  for (const [path, status] of [
    ['/ws/v1/cluster/apps/application_1_0001', 404],
    ['/ws/v1/cluster/apps/nonsense', 400],
    ['/ws/v1/cluster/%zz', 400],
    ['/ws/v1/cluster/nodes/nohost:1', 404],
    ['/ws/v1/cluster/nowhere', 404],
  ] as const) {
    const answer = await http(rm, 'GET', path);
    t.is(answer.status, status, path);
    const name = status === 404 ? 'NotFoundException' : 'BadRequestException';
    t.like(answer.body['RemoteException'], { exception: name, javaClassName: `org.apache.hadoop.yarn.webapp.${name}` });
  }
  const { body } = await http(rm, 'GET', '/ws/v1/cluster/apps/application_1_0001');
  t.is(messageOf(body), 'java.lang.Exception: app with id: application_1_0001 not found');
});

test('submissions that cannot run are refused with the reason', async (t) => {
  const { rm } = await withNode(t);
  const { body } = await http(rm, 'POST', '/ws/v1/cluster/apps/new-application');
  t.like(body['maximum-resource-capability'], { memory: 2048, vCores: 4 });
  const id = body['application-id'] as string;
  const command = (text: string) => ({ 'am-container-spec': { commands: { command: text } } });
  const hash = sha256(Buffer.from('never uploaded'));
  const resource = (value: object) => ({
    'am-container-spec': { commands: { command: 'x' }, 'local-resources': { entry: { key: 'f', value } } },
  });
  for (const [changes, code, message] of [
    [{ queue: 'nope' }, 'RM_UNKNOWN_QUEUE', /no queue "nope": the fifo scheduler has default only/],
    [{ resource: { memory: 999_999, vCores: 1 } }, 'RM_ASK_TOO_LARGE', /largest node has \(2048 MB\)/],
    [command('a; rm -rf /'), 'RM_BAD_SUBMISSION', /";" is not a plain word/],
    [{ 'am-container-spec': {} }, 'RM_BAD_SUBMISSION', /commands/],
    [resource({ resource: 'hdfs://x' }), 'RM_BAD_SUBMISSION', /only uploaded files/],
    [resource({ resource: `weft-blob:${hash}` }), 'RM_RESOURCE_NOT_STAGED', /was not uploaded/],
    [{ 'application-id': undefined }, 'HTTP_BAD_REQUEST', /Could not parse application id/],
    [{ 'application-id': 'application_1_0001' }, 'HTTP_BAD_REQUEST', /not given out/],
  ] as const) {
    const answer = await http(rm, 'POST', '/ws/v1/cluster/apps', submissionOf(id, changes));
    t.is(answer.status, 400);
    t.is((answer.body['weftError'] as { code: string }).code, code);
    t.regex(messageOf(answer.body), message);
  }
  t.deepEqual((await http(rm, 'GET', '/ws/v1/cluster/apps')).body, { apps: {} });
});

test('submitting the same id twice is submitting it once', async (t) => {
  const rm = await start(t);
  const id = await submit(rm);
  const again = await http(rm, 'POST', '/ws/v1/cluster/apps', submissionOf(id));
  t.is(again.status, 202);
  t.is(again.headers.get('location'), `${rm.url}/ws/v1/cluster/apps/${id}`);
  t.is(rm.view.applications.size, 1);
});

test('only KILLED can be asked for', async (t) => {
  const rm = await start(t);
  const id = await submit(rm);
  const path = `/ws/v1/cluster/apps/${id}/state`;
  const answer = await http(rm, 'PUT', path, { state: 'FINISHED' });
  t.is(answer.status, 400);
  t.is(messageOf(answer.body), "java.lang.Exception: Only 'KILLED' is allowed as a target state.");
  t.deepEqual((await http(rm, 'GET', path)).body, { state: 'ACCEPTED' });
});

test('files are staged by their hash, and only with their content', async (t) => {
  const { rm, node } = await withNode(t);
  const content = Buffer.from([0, 1, 2, 255]);
  const hash = sha256(content);
  const url = `${rm.url}/weft/v1/blobs/${hash}`;
  t.is((await fetch(url, { method: 'HEAD' })).status, 404);
  const corrupt = await fetch(url, { method: 'PUT', body: 'other' });
  t.is(corrupt.status, 400);
  t.like(await corrupt.json(), { weftError: { code: 'BLOB_CORRUPT' } });
  const headers = { 'content-type': 'application/octet-stream' };
  t.is((await fetch(url, { method: 'PUT', body: content, headers })).status, 201);
  const head = await fetch(url, { method: 'HEAD' });
  t.is(head.status, 200);
  t.is(head.headers.get('content-length'), '4');
  t.deepEqual(Buffer.from(await (await fetch(url)).arrayBuffer()), content);
  t.is((await fetch(`${rm.url}/weft/v1/blobs/..%2Fstate.db`)).status, 404);

  const value = { resource: `weft-blob:${hash}`, type: 'FILE', visibility: 'APPLICATION', size: 4, timestamp: 0 };
  await submit(rm, {
    'am-container-spec': {
      commands: { command: 'x' },
      environment: { entry: [{ key: 'GREETING', value: 'hello' }] },
      'local-resources': { entry: [{ key: 'lib/data.bin', value }] },
    },
  });
  const { context } = await until('its start', () => node.starts[0]);
  t.deepEqual(context.localResources, [{ path: 'lib/data.bin', sha256: hash, sizeBytes: 4 }]);
  t.is(context.environment['GREETING'], 'hello');
});

test('the way to an AppMaster, and the proxy to its pages', async (t) => {
  const { rm, node } = await withNode(t);
  const pages = createServer((request, response) => {
    response.setHeader('x-seen', `${request.method} ${request.url} ${request.headers.cookie ?? '-'}`);
    request.pipe(response);
  }).listen(0, '127.0.0.1');
  t.teardown(() => pages.close());
  await until('pages', () => pages.address() ?? undefined);
  const trackingUrl = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  const id = await submit(rm);
  t.is((await http(rm, 'GET', `/weft/v1/apps/${id}/appmaster`)).status, 404);
  t.is((await http(rm, 'GET', `/proxy/${id}/`)).status, 404);
  const { context } = await until('its start', () => node.starts[0]);
  const appMaster = new FakeAppMaster(() => rm.url, context);
  t.teardown(() => {
    appMaster.client.close();
  });
  await untilState(rm, id, 'RUNNING');
  await appMaster.client.session.call('trackingUrl', { trackingUrl });
  t.like((await http(rm, 'GET', `/weft/v1/apps/${id}/appmaster`)).body, {
    url: 'http://127.0.0.1:4711',
    trackingUrl,
    state: 'RUNNING',
  });
  t.like((await http(rm, 'GET', '/weft/v1/cluster')).body, {
    resourceManager: { url: rm.url },
    nodeManagers: [{ nodeId: 'localhost:1', state: 'RUNNING', usedMb: 256, totalMb: 2048, containers: 1 }],
    applications: [{ id, state: 'RUNNING', queue: 'default', trackingUrl }],
  });
  const get = await fetch(`${rm.url}/proxy/${id}/jobs/overview?x=1`, { headers: { cookie: 'secret' } });
  t.is(get.headers.get('x-seen'), 'GET /jobs/overview?x=1 -');
  const post = await fetch(`${rm.url}/proxy/${id}/jobs`, { method: 'POST', body: 'a body' });
  t.is(await post.text(), 'a body');
  const bare = await fetch(`${rm.url}/proxy/${id}`, { redirect: 'manual' });
  t.is(bare.status, 302);
  t.is(bare.headers.get('location'), `/proxy/${id}/`);
  pages.closeAllConnections();
  await new Promise((resolve) => pages.close(resolve));
  t.is((await fetch(`${rm.url}/proxy/${id}/`)).status, 502);
});

test('applications are counted by state and type', async (t) => {
  const { rm, node } = await withNode(t);
  await submit(rm, { 'application-type': 'CHECK' });
  await until('its start', () => node.starts.length > 0);
  const count = async (query: string): Promise<unknown> =>
    ((await http(rm, 'GET', `/ws/v1/cluster/appstatistics${query}`)).body['appStatInfo'] as { statItem: unknown })
      .statItem;
  t.is(((await count('')) as unknown[]).length, 8);
  t.deepEqual(await count('?states=accepted,RUNNING&applicationTypes=CHECK'), [
    { state: 'ACCEPTED', type: 'check', count: 1 },
    { state: 'RUNNING', type: 'check', count: 0 },
  ]);
  t.is((await http(rm, 'GET', '/ws/v1/cluster/appstatistics?applicationTypes=a,b')).status, 400);
  t.is((await http(rm, 'GET', '/ws/v1/cluster/appstatistics?states=WRONG')).status, 400);
});

test('a lifetime can be given at submission, changed later, and ends the application', async (t) => {
  const { rm, node } = await withNode(t);
  const id = await submit(rm, { 'application-timeouts': { entry: { key: 'LIFETIME', value: 3600 } } });
  await until('its start', () => node.starts.length > 0);
  const path = `/ws/v1/cluster/apps/${id}`;
  const { timeout } = (await http(rm, 'GET', `${path}/timeouts/LIFETIME`)).body as { timeout: Record<string, number> };
  t.true((timeout['remainingTimeInSeconds'] ?? 0) > 3500);
  for (const expiryTime of ['tomorrow', '2001-01-01T00:00:00.000+0000']) {
    t.is((await http(rm, 'PUT', `${path}/timeout`, { timeout: { type: 'LIFETIME', expiryTime } })).status, 400);
  }
  const soon = new Date(systemClock.nowMs() + 300).toISOString().replace('Z', '+0000');
  const changed = await http(rm, 'PUT', `${path}/timeout`, { timeout: { type: 'LIFETIME', expiryTime: soon } });
  t.deepEqual(changed.body, { timeout: { type: 'LIFETIME', expiryTime: soon, remainingTimeInSeconds: 0 } });
  await untilState(rm, id, 'KILLED');
  t.regex(String((await appOf(rm, id))['diagnostics']), /exceeded the lifetime period/);
  t.is(
    (await http(rm, 'PUT', `${path}/timeout`, { timeout: { type: 'LIFETIME', expiryTime: '2900-01-01T00:00:00Z' } }))
      .status,
    400,
  );
});

test('no change prolongs a lifetime beyond what the queue allows', async (t) => {
  const queue = { 'root.queues': 'default', 'root.default.capacity': '100' };
  const policies = capacityFiles({ ...queue, 'root.default.maximum-application-lifetime': '100' });
  const rm = await start(t, { settings: { schedulerClass: 'capacity' }, policies });
  const id = await submit(rm);
  const timeout = { type: 'LIFETIME', expiryTime: '2900-01-01T00:00:00Z' };
  const changed = await http(rm, 'PUT', `/ws/v1/cluster/apps/${id}/timeout`, { timeout });
  const { expiryTime } = changed.body['timeout'] as { expiryTime: string };
  t.is(Date.parse(expiryTime), Number((await appOf(rm, id))['startedTime']) + 100_000);
});

test('why an application waits is told gate by gate, and what FIFO cannot change is refused as YARN does', async (t) => {
  const { rm, node } = await withNode(t);
  const first = await submit(rm, { resource: { memory: 2048, vCores: 1 } });
  await until('its start', () => node.starts.length > 0);
  const second = await submit(rm, { resource: { memory: 512, vCores: 1 } });
  const { body } = await http(rm, 'GET', `/ws/v1/weft/apps/${second}/explain`);
  t.like(body, { id: second, state: 'ACCEPTED', queue: 'default', pendingContainers: 1 });
  t.regex(String(body['verdict']), /waits at the gate "node-fit"/);
  const gates = body['gates'] as { gate: string; passed: boolean; message: string; remedy?: string }[];
  const closed = gates.find(({ passed }) => !passed);
  t.regex(closed?.message ?? '', /2048 of 2048 MB/);
  t.truthy(closed?.remedy);
  t.like((await http(rm, 'GET', `/ws/v1/weft/apps/${first}/explain`)).body, { pendingContainers: 0 });

  const path = `/ws/v1/cluster/apps/${second}`;
  const moved = await http(rm, 'PUT', `${path}/queue`, { queue: 'dev' });
  t.is(moved.status, 503);
  t.like(moved.body, { RemoteException: { exception: 'UndeclaredThrowableException' } });
  t.deepEqual((await http(rm, 'PUT', `${path}/priority`, { priority: 5 })).body, { priority: 0 });
  t.is((await http(rm, 'PUT', `${path}/priority`, { priority: 'high' })).status, 400);
});
