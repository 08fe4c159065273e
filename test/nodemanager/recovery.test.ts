import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isSameProcess, processStartTicks, sendSignal } from '../../runtime/common/process/process-identity.js';
import { TestNode, container, nodeProgram, stopOf, until } from './harness.js';

const ENDLESS = nodeProgram('setInterval(() => {}, 1000)');

test('a restarted NodeManager is the same node and takes its living containers over', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const { nodeId, url } = node.manager;
  await node.startContainer(container(1), ENDLESS);
  const before = node.manager.containers.get(container(1))!;
  await node.killAndRestart();
  t.is(node.manager.nodeId, nodeId);
  t.is(node.manager.url, url);
  await until('second registration', () => node.resourceManager.registrations.length === 2);
  const reported = node.resourceManager.registrations[1]?.containers ?? [];
  t.deepEqual(
    reported.map(({ containerId, state }) => [containerId, state]),
    [[container(1), 'RUNNING']],
  );
  const after = node.manager.containers.get(container(1))!;
  t.is(after.livenessToken, before.livenessToken);
  t.true(isSameProcess(before.leaderPid!, before.leaderStartTicks!));
  node.manager.containers.stop(container(1), stopOf('over'));
  t.is((await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'))).exit?.kind, 'stopped');
  t.false(isSameProcess(before.leaderPid!, before.leaderStartTicks!));
});

test('a NodeManager that stops in order says goodbye; one that is killed does not', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  await node.killAndRestart();
  await until('second registration', () => node.resourceManager.registrations.length === 2);
  t.is(node.resourceManager.farewells, 0);
  await node.manager.stop();
  t.is(node.resourceManager.farewells, 1);
});

test('what ended while no NodeManager ran is learnt: exit code, signal, or that nobody knows', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const waiting = (code: string) =>
    nodeProgram(`process.on("SIGUSR2", () => { ${code} }); console.log("up"); setInterval(() => {}, 1000)`);
  await node.startContainer(container(1), waiting('process.exit(7)'));
  await node.startContainer(container(2), ENDLESS);
  await node.startContainer(container(3), ENDLESS);
  await until('programs', () => readFileSync(node.logs(container(1), 'stdout'), 'utf8') !== '');
  const [first, second, third] = [1, 2, 3].map((n) => node.manager.containers.get(container(n))!);
  await until('program of the second', () => node.manager.containers.status(second).pid !== second.leaderPid);
  const secondPid = node.manager.containers.status(second).pid!;
  await node.killAndRestart(async () => {
    sendSignal(node.manager.containers.status(first).pid!, 'SIGUSR2');
    sendSignal(secondPid, 'SIGKILL');
    sendSignal(-third.leaderPid!, 'SIGKILL');
    await until('ends', () => [first, second, third].every((r) => !isSameProcess(r.leaderPid!, r.leaderStartTicks!)));
  });
  const ends = [1, 2, 3].map((n) => node.manager.containers.get(container(n))?.exit);
  t.deepEqual(
    ends.map((exit) => [exit?.kind, exit?.exitStatus]),
    [
      ['exit-code', 7],
      ['signal', 137],
      ['unknown', -100],
    ],
  );
  await until('report', () => node.resourceManager.heardOf(container(3), 'COMPLETE'));
});

test('a ResourceManager that comes back hears again of all that runs', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  await node.startContainer(container(1), ENDLESS);
  await node.resourceManager.stop();
  t.is(node.manager.containers.get(container(1))?.state, 'RUNNING');
  await node.resourceManager.start();
  await until('registration', () => node.resourceManager.registrations.length === 2);
  t.deepEqual(
    node.resourceManager.registrations[1]?.containers.map((status) => status.state),
    ['RUNNING'],
  );
});

test('resync: a node that was given up stops everything and registers anew', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  await node.startContainer(container(1), ENDLESS);
  node.resourceManager.peer?.session.notify('resync', {});
  await until('registration', () => node.resourceManager.registrations.length === 2);
  t.is(node.manager.containers.get(container(1))?.state, 'COMPLETE');
});

test('a second NodeManager of the same number is refused', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const { liveRoleRecord } = await import('../../runtime/common/process/role-record.js');
  t.is(liveRoleRecord(node.home, 'nodemanager-0')?.pid, process.pid);
  t.is(liveRoleRecord(node.home, 'nodemanager-0')?.nodeId, node.manager.nodeId);
});

test('after a reboot another process may have a container’s number: it is left alone', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  await node.startContainer(container(1), ENDLESS);
  const { leaderPid } = node.manager.containers.get(container(1))!;
  const recordFile = join(node.home.nodeManagerDir(0), 'state', 'containers', `${container(1)}.json`);
  await node.killAndRestart(async () => {
    sendSignal(-leaderPid!, 'SIGKILL');
    const record = JSON.parse(readFileSync(recordFile, 'utf8')) as object;
    const ours = { leaderPid: process.pid, leaderStartTicks: processStartTicks(process.pid) };
    writeFileSync(recordFile, JSON.stringify({ ...record, ...ours }));
    await until('its end', () => processStartTicks(leaderPid!) === undefined);
  });
  t.like(node.manager.containers.get(container(1)), { state: 'COMPLETE', exit: { kind: 'unknown' } });
});
