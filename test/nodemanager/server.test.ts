import { symlinkSync, readFileSync } from 'node:fs';
import test from 'ava';
import { systemClock } from '../../runtime/common/clock.js';
import { silentLogger } from '../../runtime/common/log/logger.js';
import { watchNodeManager } from '../../runtime/common/process/container-liveness.js';
import { RpcClient } from '../../runtime/common/wire/client.js';
import { containerProtocol } from '../../runtime/common/wire/protocols/appmaster-nodemanager.js';
import { APPLICATION, TestNode, container, nodeProgram, until } from './harness.js';

async function get(node: TestNode, path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(node.manager.url + path);
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
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
  const token = node.resourceManager.containerToken(id, { nodeId: node.manager.nodeId });
  const am = appMaster(node, token, heard);
  t.teardown(am.close);
  await am.session.call('startContainer', { token, context: nodeProgram('setInterval(() => {}, 1000)') });
  t.is(node.manager.containers.get(id)?.user, 'anna');
  await am.session.call('stopContainer', { containerId: id, reason: 'idle' });
  await until('end', () => heard.includes(`${id} COMPLETE`));
  t.deepEqual(heard, [`${id} RUNNING`, `${id} COMPLETE`]);
});

test('tokens of another node, another application or another cluster start nothing', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const { resourceManager } = node;
  const am = appMaster(node, resourceManager.containerToken(container(1)));
  t.teardown(am.close);
  const context = nodeProgram('');
  const elsewhere = resourceManager.containerToken(container(1), { nodeId: 'elsewhere:1' });
  await t.throwsAsync(am.session.call('startContainer', { token: elsewhere, context }), {
    message: /allocated on elsewhere:1/,
  });
  const other = resourceManager.containerToken(container(1, 2));
  await t.throwsAsync(am.session.call('startContainer', { token: other, context }), { message: /does not belong/ });
  const forged = `${resourceManager.containerToken(container(1)).split('.')[0]}.AAAA`;
  await t.throwsAsync(am.session.call('startContainer', { token: forged, context }), { message: /signature is wrong/ });
  const stranger = appMaster(node, forged);
  t.teardown(stranger.close);
  await until('refusal', stranger.wasRefused);
  t.deepEqual(node.manager.containers.list(), []);
});

test('a process in a container is told of its stop, and gives up when its node is gone', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const id = container(1);
  await node.startContainer(id, nodeProgram('setInterval(() => {}, 1000)'));
  const record = node.manager.containers.get(id)!;
  const heard: string[] = [];
  const watch = (livenessToken: string) =>
    watchNodeManager({
      clock: systemClock,
      log: silentLogger(),
      environment: { WEFT_NM_URL: node.manager.url, WEFT_CONTAINER_ID: id, WEFT_LIVENESS_TOKEN: livenessToken },
      onStop: (reason) => heard.push(reason),
      onNodeLost: () => heard.push('lost'),
    });
  const first = watch(record.livenessToken);
  t.teardown(() => first.close());
  const wrong = watch('wrong');
  t.teardown(() => wrong.close());
  await until('the wrong token to be refused', () => heard.includes('lost'));
  await node.killAndRestart();
  await until('resumed liveness and stop', () => {
    node.manager.containers.stop(id, 'time is up');
    return heard.length > 1 || node.manager.containers.get(id)?.state === 'COMPLETE';
  });
  t.is(node.manager.containers.get(id)?.stopRequest?.reason, 'time is up');
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
