import { rm as removeFolder } from 'node:fs/promises';
import test, { type ExecutionContext } from 'ava';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import type { ResourceManagerSettings } from '../../resourcemanager/config/settings.js';
import {
  FakeAppMaster,
  FakeNode,
  http,
  newFolder,
  startResourceManager,
  submit,
  until,
  untilState,
} from './fixtures.js';

interface Cluster {
  rm: ResourceManager;
  nodes: FakeNode[];
  url: () => string;
  restart(): Promise<void>;
}

async function cluster(
  t: ExecutionContext,
  nodeCount: number,
  settings: Partial<ResourceManagerSettings> = {},
): Promise<Cluster> {
  const folder = newFolder();
  const result: Cluster = {
    rm: await startResourceManager(folder, { settings }),
    nodes: [],
    url: () => result.rm.url,
    async restart() {
      await result.rm.stop();
      result.rm = await startResourceManager(folder, { settings });
    },
  };
  for (let i = 1; i <= nodeCount; i++) result.nodes.push(new FakeNode(result.url, `localhost:${i}`).start());
  t.teardown(async () => {
    for (const node of result.nodes) node.client.close();
    await result.rm.stop();
    await removeFolder(folder, { recursive: true, force: true });
  });
  await until('nodes', () => result.nodes.every((node) => node.registrations > 0));
  return result;
}

/** The AppMaster of the application's newest attempt, once a node was told to start it. */
async function appMasterOf(t: ExecutionContext, { nodes, url }: Cluster, id: string, attempt = 1) {
  const ends = `_${String(attempt).padStart(6, '0')}`;
  const found = await until(`attempt ${attempt} of ${id}`, () => {
    for (const node of nodes) {
      const start = node.starts.find(({ context: { environment } }) => {
        return environment['WEFT_APPLICATION_ID'] === id && (environment['WEFT_ATTEMPT_ID'] ?? '').endsWith(ends);
      });
      if (start !== undefined) return { node, ...start };
    }
    return undefined;
  });
  const appMaster = new FakeAppMaster(url, found.context);
  t.teardown(() => {
    appMaster.client.close();
  });
  await until('registration', () => appMaster.registrations > 0);
  return { appMaster, node: found.node, containerId: found.containerId, context: found.context };
}

test('an application runs from submission to its end', async (t) => {
  const it = await cluster(t, 2);
  const id = await submit(it.rm);
  const { appMaster, node, containerId, context } = await appMasterOf(t, it, id);
  t.deepEqual(context.command, ['{{NODE}}', '{{WEFT_DIST}}/appmaster.mjs', '<LOG_DIR>']);
  t.is(context.environment['WEFT_RM_URL'], it.rm.url);
  t.regex(context.environment['WEFT_APPLICATION_KEY'] ?? '', /^[0-9a-f]{64}$/);
  const running = await untilState(it.rm, id, 'RUNNING');
  t.is(running['user'], 'ada');
  t.is(running['amRPCAddress'], '127.0.0.1:4711');

  await appMaster.ask(2, 500);
  await until('containers', () => appMaster.allocated.length === 2);
  t.deepEqual(appMaster.allocated[0]?.resource, { memoryMb: 512, vcores: 1 });
  for (const container of appMaster.allocated) {
    const host = it.nodes.find(({ nodeId }) => nodeId === container.nodeId);
    host?.run(container.containerId);
  }
  await appMaster.client.session.call('heartbeat', { progress: 0.5, events: [] });
  await appMaster.client.session.call('heartbeat', { progress: 0.5, events: [] });
  await until('usage', async () => (await untilState(it.rm, id, 'RUNNING'))['runningContainers'] === 3);

  await appMaster.finish('SUCCEEDED', 'done');
  await until('the announced end', async () => (await untilState(it.rm, id, 'FINISHED')) !== undefined);
  node.exit(containerId, 0);
  const ended = await until('the end', async () => {
    const app = await untilState(it.rm, id, 'FINISHED');
    return app['allocatedMB'] === -1 && app;
  });
  t.is(ended['finalStatus'], 'SUCCEEDED');
  t.is(ended['diagnostics'], 'done');
  await until('clean-up', () => it.nodes.some((each) => each.finishedApplications.includes(id)));

  const { body } = await http(it.rm, 'GET', `/ws/v1/weft/apps/${id}/events`);
  const steps = (body['events'] as { step: number }[]).map(({ step }) => step);
  t.deepEqual(steps, [1, 2, 3, 10]);
});

test('everything goes on over a restart of the ResourceManager', async (t) => {
  const it = await cluster(t, 2);
  const id = await submit(it.rm);
  const { appMaster, node, containerId } = await appMasterOf(t, it, id);
  await appMaster.ask(1, 512);
  const worker = await until('a container', () => appMaster.allocated[0]);
  const host = it.nodes.find(({ nodeId }) => nodeId === worker.nodeId);
  host?.run(worker.containerId);
  await until('it runs', () => it.rm.view.containers.get(worker.containerId as never)?.state === 'RUNNING');
  const { url } = it.rm;

  await it.restart();
  t.is(it.rm.url, url, 'it takes the same port again');
  await until('registrations', () => it.nodes.every((each) => each.registrations > 1) && appMaster.registrations > 1);
  t.deepEqual(appMaster.completed, []);
  t.is(it.nodes.flatMap((each) => each.stopped).length, 0, 'no container is stopped');
  t.is(it.nodes.flatMap((each) => each.starts).length, 1, 'no AppMaster is started again');
  const app = await untilState(it.rm, id, 'RUNNING');
  t.is(app['runningContainers'], 2);

  await appMaster.ask(1, 512);
  const second = await until('another container', () => appMaster.allocated[1]);
  t.regex(second.containerId, /^container_e01_/);
  await appMaster.finish();
  node.exit(containerId, 0);
  await until('the end', async () => (await untilState(it.rm, id, 'FINISHED'))['allocatedMB'] === -1);
  t.not(await submit(it.rm), id, 'ids are not given twice');
});

test('a failed AppMaster starts again and gets its running containers; the second failure is the last', async (t) => {
  const it = await cluster(t, 1);
  const id = await submit(it.rm);
  const first = await appMasterOf(t, it, id);
  await first.appMaster.ask(2, 256);
  await until('containers', () => first.appMaster.allocated.length === 2);
  const [running, unstarted] = first.appMaster.allocated;
  first.node.run(running?.containerId ?? '', { memoryMb: 256, vcores: 1 });
  await until('it runs', () => it.rm.view.containers.get(running?.containerId as never)?.state === 'RUNNING');

  first.node.exit(first.containerId, 1, 'Error: out of luck');
  const second = await appMasterOf(t, it, id, 2);
  t.deepEqual(
    second.appMaster.previous.map(({ containerId }) => containerId),
    [running?.containerId],
  );
  t.is(it.rm.view.containers.get(unstarted?.containerId as never), undefined);
  await until('the first to be refused', () => first.appMaster.refused);

  second.node.exit(second.containerId, 1, 'Error: out of luck again');
  const failed = await untilState(it.rm, id, 'FAILED');
  t.is(failed['finalStatus'], 'FAILED');
  t.regex(failed['diagnostics'] as string, /failed 2 times, and 2 is the limit.*out of luck again/);
  await until('the rest to be stopped', () => first.node.finishedApplications.includes(id));
});

test('an AppMaster that cannot be started fails its attempt with the reason', async (t) => {
  const it = await cluster(t, 1);
  const [node] = it.nodes;
  node.startError = new Error('no such program');
  const id = await submit(it.rm, { 'max-app-attempts': 1 });
  const failed = await untilState(it.rm, id, 'FAILED');
  t.regex(failed['diagnostics'] as string, /no such program/);
});

test('kill: the AppMaster is told, its container stopped; a second kill is no error', async (t) => {
  const it = await cluster(t, 1);
  const id = await submit(it.rm);
  const { appMaster, node, containerId } = await appMasterOf(t, it, id);
  const path = `/ws/v1/cluster/apps/${id}/state?user.name=eve`;
  const answer = await http(it.rm, 'PUT', path, { state: 'KILLED' });
  t.is(answer.status, 202);
  t.is(answer.body['state'], 'KILLING');
  t.is(answer.headers.get('location'), `${it.rm.url}/ws/v1/cluster/apps/${id}/state`);
  const killed = await untilState(it.rm, id, 'KILLED');
  t.regex(killed['diagnostics'] as string, /killed by user eve/);
  t.true(node.stopped.includes(containerId));
  t.like(node.stopReasons.get(containerId), { kind: 'stopped', by: 'user', exitStatus: -106 });
  await until('shutdown', () => appMaster.shutdownReason);
  t.like(await http(it.rm, 'PUT', path, { state: 'KILLED' }), { status: 200, body: { state: 'KILLED' } });
});

test('an application that waits for room says why, and is killed at once', async (t) => {
  const it = await cluster(t, 1);
  const blocker = await submit(it.rm, { resource: { memory: 2000, vCores: 1 } });
  await appMasterOf(t, it, blocker);
  const id = await submit(it.rm);
  const waiting = await untilState(it.rm, id, 'ACCEPTED');
  t.regex(waiting['diagnostics'] as string, /1 container of 256 MB .* no node has that much free.* 0 of 2048 MB/);
  t.like(await http(it.rm, 'PUT', `/ws/v1/cluster/apps/${id}/state`, { state: 'KILLED' }), {
    status: 202,
    body: { state: 'KILLED' },
  });
});

test('a broken connection makes a node suspect, silence loses it; back again, it stops what is gone', async (t) => {
  const it = await cluster(t, 2, { nodeExpiryIntervalMs: 1500, appMasterExpiryIntervalMs: 60_000 });
  const [one, two] = it.nodes as [FakeNode, FakeNode];
  const beats = [one, two].map((node) => setInterval(() => node.client.session.connected && node.heartbeat(), 50));
  t.teardown(() => {
    for (const beat of beats) clearInterval(beat);
  });
  const id = await submit(it.rm);
  const { appMaster, node } = await appMasterOf(t, it, id);
  const other = node === one ? two : one;
  await appMaster.ask(1, 512);
  // The freest node is the other one.
  const worker = await until('a container', () => appMaster.allocated[0]);
  t.is(worker.nodeId, other.nodeId);
  other.run(worker.containerId);
  await until('it runs', () => it.rm.view.containers.get(worker.containerId as never)?.state === 'RUNNING');

  other.client.close();
  await until('suspicion', () => appMaster.nodeUpdates.some(({ state }) => state === 'SUSPECT'));
  t.is(it.rm.view.nodes.require(other.nodeId).state, 'SUSPECT');
  const lost = await until('the verdict', () => appMaster.completed[0]);
  t.like(lost, { containerId: worker.containerId, exit: { kind: 'node-lost', exitStatus: -100 } });
  const attempts = `/ws/v1/cluster/apps/${id}/appattempts/${appMaster.attemptId}`;
  const ended = (await http(it.rm, 'GET', `${attempts}/containers/${worker.containerId}`)).body;
  t.like(ended, { containerState: 'COMPLETE', containerExitStatus: '-100', exit: { kind: 'node-lost' } });
  t.regex(ended['diagnosticsInfo'] as string, /was not heard of for \d+ ms/);
  t.like((await http(it.rm, 'GET', `/ws/v1/weft/apps/${id}/ended-containers`)).body, {
    containers: [{ containerId: worker.containerId }],
  });

  const back = new FakeNode(it.url, other.nodeId);
  it.nodes.push(back);
  back.containers.set(worker.containerId, {
    containerId: worker.containerId,
    state: 'RUNNING',
    resource: worker.resource,
  });
  back.start();
  await until('its return', () => back.lastAnswer);
  t.deepEqual(back.lastAnswer?.containersToStop, [worker.containerId]);
});

test('a node that is back in time keeps its containers', async (t) => {
  const it = await cluster(t, 1);
  const [node] = it.nodes as [FakeNode];
  const id = await submit(it.rm);
  const { appMaster } = await appMasterOf(t, it, id);
  await appMaster.ask(1, 512);
  const worker = await until('a container', () => appMaster.allocated[0]);
  node.run(worker.containerId);
  await until('it runs', () => it.rm.view.containers.get(worker.containerId as never)?.state === 'RUNNING');
  node.client.close();
  await until('suspicion', () => it.rm.view.nodes.require(node.nodeId).state === 'SUSPECT');
  // The restarted NodeManager is another process with another session, and recovered its containers.
  const again = new FakeNode(it.url, node.nodeId);
  it.nodes.push(again);
  for (const [key, status] of node.containers) again.containers.set(key, status);
  again.start();
  await until('its return', () => again.lastAnswer);
  t.deepEqual(again.lastAnswer?.containersToStop, []);
  t.is(it.rm.view.nodes.require(node.nodeId).state, 'RUNNING');
  t.deepEqual(appMaster.completed, []);
  await until('the all-clear', () => appMaster.nodeUpdates.some(({ state }) => state === 'RUNNING'));
});

test('of two processes of one attempt the newer wins', async (t) => {
  const it = await cluster(t, 1);
  const id = await submit(it.rm);
  const { appMaster, context } = await appMasterOf(t, it, id);
  const newer = new FakeAppMaster(it.url, context, false);
  t.teardown(() => {
    newer.client.close();
  });
  await until('the takeover', () => newer.registrations > 0);
  await until('the older to be told', () => appMaster.shutdownReason);
  await newer.ask(1, 256);
  await until('a container', () => newer.allocated[0]);
  t.deepEqual(appMaster.allocated, []);
});

test('an ask larger than any node is refused with numbers', async (t) => {
  const it = await cluster(t, 1);
  const id = await submit(it.rm);
  const { appMaster } = await appMasterOf(t, it, id);
  const error = await t.throwsAsync(appMaster.ask(1, 99_999));
  t.regex(error.message, /9+ MB.*largest node has \(2048 MB\)/);
  const { pendingReason } = await appMaster.ask(5, 1024);
  t.regex(pendingReason ?? '', /4 containers of 1024 MB/);
});

test('garbage on the port disturbs nothing', async (t) => {
  const it = await cluster(t, 1);
  const base = it.rm.url.replace('http', 'ws');
  const { WebSocket } = await import('ws');
  const refused = new WebSocket(`${base}/weft/v1/ws/node`, { headers: { authorization: 'Bearer garbage' } });
  const status = await new Promise((resolve) => {
    refused.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    refused.on('error', () => undefined);
  });
  t.is(status, 401);
  const { connect } = await import('node:net');
  const socket = connect(it.rm.port, '127.0.0.1');
  socket.write('\u0000\u0001garbage\r\n\r\n');
  await new Promise((resolve) =>
    socket
      .on('close', resolve)
      .on('error', () => undefined)
      .resume(),
  );
  const bad = await fetch(`${it.rm.url}/ws/v1/cluster/apps`, {
    method: 'POST',
    body: '{"application-id": ',
    headers: { 'content-type': 'application/json' },
  });
  t.is(bad.status, 400);
  t.regex(await bad.text(), /BadRequestException/);
  await appMasterOf(t, it, await submit(it.rm));
});
