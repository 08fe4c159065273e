/** When an application whose AppMaster failed gets another attempt, where that runs, and with what. */
import { rmSync } from 'node:fs';
import test, { type ExecutionContext } from 'ava';
import { countFailures, nodesToAvoid } from '../../resourcemanager/apps/attempt-failures.js';
import type { ApplicationRecord } from '../../resourcemanager/apps/application.js';
import type { AttemptRecord } from '../../resourcemanager/apps/attempt.js';
import type { ResourceManager } from '../../resourcemanager/resource-manager.js';
import type { NodeId } from '../../runtime/common/ids.js';
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

async function cluster(t: ExecutionContext, size: number): Promise<{ rm: ResourceManager; nodes: FakeNode[] }> {
  const folder = newFolder();
  const rm = await startResourceManager(folder);
  const nodes = Array.from({ length: size }, (_, at) => new FakeNode(() => rm.url, `n${at}:1`).start());
  t.teardown(async () => {
    for (const { client } of nodes) client.close();
    await rm.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  await until('the nodes', () => nodes.every(({ registrations }) => registrations > 0));
  return { rm, nodes };
}

/** The AppMaster's start of this number, from 1, and its node. */
const startOf = (nodes: readonly FakeNode[], number: number) =>
  until(`attempt ${number}`, () => {
    const suffix = `_0${number}_000001`;
    const node = nodes.find(({ starts }) => starts.some(({ containerId }) => containerId.endsWith(suffix)));
    const start = node?.starts.find(({ containerId }) => containerId.endsWith(suffix));
    return node !== undefined && start !== undefined && { node, start };
  });

test('the next AppMaster avoids the node where the last one failed; its containers need not', async (t) => {
  const { rm, nodes } = await cluster(t, 2);
  const id = await submit(rm);
  const first = await startOf(nodes, 1);
  // So that it would be the freest again.
  first.node.exit(first.start.containerId, 1, 'bad disk');
  const second = await startOf(nodes, 2);
  t.not(second.node, first.node);
  const { body } = await http(rm, 'GET', `/ws/v1/cluster/apps/${id}/appattempts`);
  t.like(body, {
    appAttempts: { appAttempt: [{ nodesBlacklistedBySystem: '' }, { nodesBlacklistedBySystem: first.node.nodeId }] },
  });
  const master = new FakeAppMaster(() => rm.url, second.start.context);
  t.teardown(() => {
    master.client.close();
  });
  await until('its registration', () => master.registrations > 0);
  await master.ask(3, 1024);
  await until('containers', () => master.allocated.length === 3);
  t.true(master.allocated.some(({ nodeId }) => nodeId === first.node.nodeId));
});

test('without keep-containers they end with their attempt', async (t) => {
  const { rm, nodes } = await cluster(t, 1);
  const id = await submit(rm, { 'keep-containers-across-application-attempts': false });
  const first = await startOf(nodes, 1);
  const master = new FakeAppMaster(() => rm.url, first.start.context);
  t.teardown(() => {
    master.client.close();
  });
  await until('its registration', () => master.registrations > 0);
  await master.ask(1, 256);
  const container = await until('a container', () => master.allocated[0]);
  first.node.run(container.containerId, container.resource);
  await until('it runs', () => rm.view.containers.get(container.containerId as never)?.state === 'RUNNING');
  first.node.exit(first.start.containerId, 1);
  const second = await startOf(nodes, 2);
  await until('its stop', () => first.node.stopped.includes(container.containerId));
  second.node.exit(second.start.containerId, 1);
  t.like(await untilState(rm, id, 'FAILED'), { runningContainers: -1 });
});

const failure = (nodeId: string, finishedMs: number, changes: Partial<AttemptRecord> = {}): AttemptRecord =>
  ({
    ...{ state: 'FAILED', countsAsFailure: true, blamesNode: true, nodeId: nodeId as NodeId, finishedMs },
    ...changes,
  }) as AttemptRecord;
const within = (failuresValidityMs: number) => ({ submission: { failuresValidityMs } }) as ApplicationRecord;

test('only failures within the validity interval count', (t) => {
  const attempts = [failure('a:1', 1000), failure('a:1', 5000), failure('a:1', 9000, { countsAsFailure: false })];
  t.is(countFailures(within(-1), attempts, 10_000), 2);
  t.is(countFailures(within(5000), attempts, 10_000), 1);
  t.is(countFailures(within(4000), attempts, 10_000), 0);
});

test('nodes are avoided only while enough others are left', (t) => {
  const attempts = [failure('a:1', 1), failure('a:1', 2), failure('b:1', 3, { blamesNode: false })];
  t.deepEqual(nodesToAvoid(attempts, 2, 0.8), ['a:1' as NodeId]);
  t.deepEqual(nodesToAvoid(attempts, 1, 0.8), []);
  t.deepEqual(nodesToAvoid(attempts, 100, 0), []);
});

test('a user may fail an attempt: the next one starts, until there were enough', async (t) => {
  const { rm, nodes } = await cluster(t, 1);
  const id = await submit(rm);
  const first = await startOf(nodes, 1);
  const { body } = await http(rm, 'GET', `/ws/v1/cluster/apps/${id}/appattempts`);
  const [attempt] = (body['appAttempts'] as { appAttempt: { appAttemptId: string }[] }).appAttempt;
  const path = `/weft/v1/apps/${id}/appattempts/${attempt?.appAttemptId ?? ''}/fail?user.name=ada`;
  t.is((await http(rm, 'POST', path)).status, 200);
  await startOf(nodes, 2);
  await until('its end', () => first.node.stopped.includes(first.start.containerId));
  const again = await http(rm, 'POST', path);
  t.is(again.status, 503);
  t.regex(JSON.stringify(again.body), /is FAILED/);
  await http(rm, 'POST', path.replace('_000001/', '_000002/'));
  await untilState(rm, id, 'FAILED');
  const report = await http(rm, 'GET', `/ws/v1/cluster/apps/${id}`);
  t.regex(JSON.stringify(report.body), /failed 2 times.*was failed by user ada/);
});
