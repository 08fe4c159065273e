import { symlinkSync, readFileSync } from 'node:fs';
import test from 'ava';
import { ManualClock, systemClock, type Clock } from '../../runtime/common/clock.js';
import { silentLogger } from '../../runtime/common/log/logger.js';
import { watchNodeManager } from '../../runtime/common/process/container-liveness.js';
import { RpcClient } from '../../runtime/common/wire/client.js';
import { containerProtocol } from '../../runtime/common/wire/protocols/appmaster-nodemanager.js';
import { APPLICATION, TestNode, container, nodeProgram, stopOf, until } from './harness.js';

async function get(node: TestNode, path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(node.manager.url + path);
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

function livenessEnvironment(node: TestNode, token: string, containerId: string): Record<string, string> {
  return { WEFT_NM_URL: node.manager.url, WEFT_CONTAINER_ID: containerId, WEFT_LIVENESS_TOKEN: token };
}

function appMaster(node: TestNode, token: string, heard: string[] = []) {
  let refused = false;
  const client = new RpcClient({
    protocol: containerProtocol,
    address: () => node.manager.url,
    token: () => token,
    clock: systemClock,
    log: silentLogger(),
    handlers: {
      containerStatus: ({ containerId, state }) => {
        heard.push(`${containerId} ${state}`);
      },
    },
    onRefused: () => {
      refused = true;
    },
  }).start();
  return { session: client.session, close: () => client.close(), wasRefused: () => refused };
}

test('an AppMaster starts and stops containers, and hears of their states', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const id = container(2);
  const heard: string[] = [];
  const token = node.resourceManager.containerToken(id, node.manager.nodeId);
  const am = appMaster(node, token, heard);
  t.teardown(am.close);
  await am.session.call('startContainer', { token, context: nodeProgram('setInterval(() => {}, 1000)') });
  t.is(node.manager.containers.get(id)?.user, 'anna');
  await am.session.call('stopContainer', { containerId: id, reason: 'idle' });
  await until('end', () => heard.includes(`${id} COMPLETE`));
  t.deepEqual(heard, [`${id} RUNNING`, `${id} COMPLETE`]);
});

test('a container token is good for one start, of all that was allocated', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const id = container(3);
  const resource = { memoryMb: 256, vcores: 2, others: { gpu: 1 } };
  const token = node.resourceManager.containerToken(id, node.manager.nodeId, { resource });
  const start = async () => {
    const am = appMaster(node, token);
    t.teardown(am.close);
    return am.session.call('startContainer', { token, context: nodeProgram('setInterval(() => {}, 1000)') });
  };
  await start();
  t.deepEqual(node.manager.containers.get(id)?.resource, resource);
  const { leaderPid } = node.manager.containers.get(id)!;
  await start();
  t.is(node.manager.containers.get(id)?.leaderPid, leaderPid, 'a repeated message starts nothing');
  node.manager.containers.stop(id, stopOf('enough'));
  await until('its end', () => node.manager.containers.get(id)?.state === 'COMPLETE');
  await t.throwsAsync(start(), { code: 'CONTAINER_ENDED' });
  await node.killAndRestart();
  await t.throwsAsync(start(), { code: 'CONTAINER_ENDED' }, 'also by a NodeManager that was restarted');
});

test('tokens of another node, another application or another cluster start nothing', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const { resourceManager } = node;
  const { nodeId } = node.manager;
  const am = appMaster(node, resourceManager.containerToken(container(1), nodeId));
  t.teardown(am.close);
  const context = nodeProgram('');
  const elsewhere = resourceManager.containerToken(container(1), 'elsewhere:1');
  await t.throwsAsync(am.session.call('startContainer', { token: elsewhere, context }), {
    message: /allocated on elsewhere:1/,
  });
  const other = resourceManager.containerToken(container(1, 2), nodeId);
  await t.throwsAsync(am.session.call('startContainer', { token: other, context }), { message: /does not belong/ });
  const forged = `${resourceManager.containerToken(container(1), nodeId).split('.')[0]}.AAAA`;
  await t.throwsAsync(am.session.call('startContainer', { token: forged, context }), { message: /signature is wrong/ });
  const stranger = appMaster(node, forged);
  t.teardown(stranger.close);
  await until('refusal', stranger.wasRefused);
  t.deepEqual(node.manager.containers.list(), []);
});

test('a process in a container is told of its stop, also by a NodeManager that was restarted', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const told = async (id: string, restart: boolean): Promise<string[]> => {
    // Deaf to the signal, so that it is still there when it reconnects.
    await node.startContainer(id, nodeProgram('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'));
    const heard: string[] = [];
    const watch = watchNodeManager({
      clock: systemClock,
      log: silentLogger(),
      environment: livenessEnvironment(node, node.manager.containers.get(id)!.livenessToken, id),
      onStop: (reason) => heard.push(reason),
      onNodeLost: () => heard.push('lost'),
    });
    t.teardown(() => watch.close());
    await until('the connection', () => watch.isConnected());
    if (restart) {
      await node.killAndRestart(async () => {
        await until('the loss', () => !watch.isConnected());
      });
      await until('the connection again', () => watch.isConnected());
    }
    node.manager.containers.stop(id, stopOf('time is up'));
    await until('the word', () => heard.length > 0);
    return heard;
  };
  t.deepEqual(await told(container(1), false), ['time is up']);
  t.deepEqual(await told(container(2), true), ['time is up']);
});

test('a process gives up when its node does not know it, or is not there for too long', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const lost: string[] = [];
  const watch = (name: string, clock: Clock, environment: Record<string, string>) => {
    const watching = watchNodeManager({
      clock,
      log: silentLogger(),
      environment,
      onStop: () => lost.push('stopped'),
      onNodeLost: () => lost.push(name),
    });
    t.teardown(() => watching.close());
  };
  watch('unknown', systemClock, livenessEnvironment(node, 'wrong token', container(1)));
  await until('refusal', () => lost.includes('unknown'));
  const clock = new ManualClock();
  watch('gone', clock, { ...livenessEnvironment(node, 'any', container(2)), WEFT_NM_URL: 'http://127.0.0.1:1' });
  clock.advance(59_000);
  t.deepEqual(lost, ['unknown']);
  clock.advance(2000);
  t.deepEqual(lost, ['unknown', 'gone']);
  watch('not in a container', clock, {});
  clock.advance(1e6);
  t.deepEqual(lost, ['unknown', 'gone']);
});

test("YARN's REST shapes", async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  t.deepEqual((await get(node, '/ws/v1/node/containers')).body, { containers: null });
  const id = container(1);
  await node.startContainer(id, nodeProgram('setInterval(() => {}, 1000)'));
  const { nodeInfo } = (await get(node, '/ws/v1/node/info')).body as { nodeInfo: Record<string, unknown> };
  t.is(nodeInfo['id'], node.manager.nodeId);
  t.is(nodeInfo['totalPmemAllocatedContainersMB'], 4096);
  t.is(nodeInfo['nodeHealthy'], true);
  const { container: info } = (await get(node, `/ws/v1/node/containers/${id}`)).body as {
    container: Record<string, unknown>;
  };
  t.like(info, {
    id,
    state: 'RUNNING',
    exitCode: -1000,
    user: 'anna',
    totalMemoryNeededMB: 512,
    nodeId: node.manager.nodeId,
  });
  t.deepEqual(info['containerLogFiles'], ['stderr', 'stdout']);
  t.deepEqual((await get(node, `/ws/v1/node/apps/${APPLICATION}`)).body, {
    app: { id: APPLICATION, state: 'RUNNING', user: 'anna', containerids: [id] },
  });
  const missing = await get(node, '/ws/v1/node/containers/container_1_0001_01_000001');
  t.is(missing.status, 404);
  t.deepEqual(missing.body, {
    RemoteException: {
      exception: 'NotFoundException',
      message: 'java.lang.Exception: container with id, container_1_0001_01_000001, not found',
      javaClassName: 'org.apache.hadoop.yarn.webapp.NotFoundException',
    },
  });
  t.is((await get(node, '/ws/v1/node/containers/nonsense')).status, 400);
  t.is((await get(node, '/nowhere')).status, 404);
  const headers = { 'content-type': 'application/json' };
  t.is((await fetch(`${node.manager.url}/nowhere`, { method: 'POST', headers, body: '{broken' })).status, 400);
});

test('logs are listed and read by offset and size, after the container ended too; links are not followed', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const id = container(1);
  await node.startContainer(id, nodeProgram('process.stdout.write("0123456789")'));
  await until('end', () => node.resourceManager.heardOf(id, 'COMPLETE'));
  symlinkSync('/etc/passwd', node.logs(id, 'passwd'));
  const path = `/ws/v1/node/containerlogs/${id}`;
  const listing = (await get(node, path)).body as {
    containerLogsInfo: { containerLogInfo: { fileName: string; fileSize: number }[] };
  };
  t.deepEqual(
    listing.containerLogsInfo.containerLogInfo.map(({ fileName, fileSize }) => [fileName, fileSize]),
    [
      ['stderr', 0],
      ['stdout', 10],
    ],
  );
  t.is((await get(node, `${path}/stdout`)).body, readFileSync(node.logs(id, 'stdout'), 'utf8'));
  t.is((await get(node, `${path}/stdout?offset=7`)).body, '789');
  t.is((await get(node, `${path}/stdout?size=4`)).body, '0123');
  t.is((await get(node, `${path}/stdout?size=-4`)).body, '6789');
  t.is((await get(node, `${path}/stdout?offset=99`)).body, '');
  t.is((await get(node, `${path}/stdout?offset=x`)).status, 400);
  t.is((await get(node, `${path}/passwd`)).status, 404);
  t.is((await get(node, `${path}/..%2f..%2fnode.json`)).status, 404);
  const { appLogs } = (await get(node, `/ws/v1/node/applogs/${APPLICATION}`)).body as {
    appLogs: { containers: object[] };
  };
  t.like(appLogs.containers[0], { containerId: id, state: 'COMPLETE' });
});
