/** kill -9 of a NodeManager that is a process of its own, and what the next one makes of what it finds. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { processStartTicks, sendSignal } from '../../runtime/common/process/process-identity.js';
import { APPLICATION, TestNode, container, nodeProgram, until } from './harness.js';

const MAIN = join(dirname(fileURLToPath(import.meta.url)), '../../nodemanager/main.js');

/** A child that leaves the container's process group and session, says its pid and stays. */
const WITH_ESCAPED_CHILD = nodeProgram(`
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
    { detached: true, stdio: 'ignore' });
  child.unref();
  console.log(child.pid);
  setInterval(() => {}, 1000);`);

function startNodeManager(node: TestNode): ChildProcess {
  const words = ['--home', node.path, '--conf', join(node.path, 'conf'), '--memory-mb', '4096', '--vcores', '8'];
  return spawn(process.execPath, [MAIN, ...words], { stdio: 'ignore' });
}

test('kill -9: what runs is taken over once, what ended meanwhile is told, what was left is killed and removed', async (t) => {
  // Control groups off: without them strays have to be found by their environment.
  const node = await TestNode.start({ 'yarn.nodemanager.resource.memory.enabled': 'false' });
  t.teardown(() => node.close());
  const { resourceManager } = node;
  await node.manager.stop();
  let child = startNodeManager(node);
  t.teardown(() => child.kill('SIGKILL'));
  await until('registration', () => resourceManager.registrations.length === 2);
  const start = (sequence: number) =>
    resourceManager.peer?.session.call('startContainer', {
      ...{ containerId: container(sequence), user: 'anna', resource: { memoryMb: 512, vcores: 1 } },
      context: WITH_ESCAPED_CHILD,
    });
  await Promise.all([start(1), start(2), start(3)]);
  const escaped = (sequence: number): Promise<number> =>
    until('child', () => Number(readFileSync(node.logs(container(sequence), 'stdout'), 'utf8').trim()) || false);
  const children = await Promise.all([escaped(1), escaped(2), escaped(3)]);
  const leaders = [1, 2, 3].map((n) => Number(readFileSync(pidFile(node, n), 'utf8')));

  child.kill('SIGKILL');
  await until('its end', () => child.signalCode !== null);
  sendSignal(-leaders[1], 'SIGKILL');
  // Of the third nothing is known any more, but it runs; and a folder was left by nobody knows whom.
  sendSignal(-leaders[2], 'SIGKILL');
  rmSync(pidFile(node, 3).replace(/pid$/, 'json'));
  const stray = join(node.workingDir(container(1)), '..', container(9));
  mkdirSync(stray);
  child = startNodeManager(node);

  await until('registration', () => resourceManager.registrations.length === 3);
  const reported = resourceManager.registrations[2].containers.map(({ containerId, state, exit }) => [
    ...[containerId, state, exit?.kind],
  ]);
  t.deepEqual(reported.sort(), [
    [container(1), 'RUNNING', undefined],
    [container(2), 'COMPLETE', 'unknown'],
  ]);
  t.not(processStartTicks(leaders[0]), undefined, 'it never stopped');
  t.not(processStartTicks(children[0]), undefined);
  await until('strays to end', () => children.slice(1).every((pid) => processStartTicks(pid) === undefined));
  await until('folders to go', () => !existsSync(stray) && !existsSync(node.workingDir(container(2))));
  await until('folders to go', () => !existsSync(node.workingDir(container(3))));
  t.true(existsSync(node.workingDir(container(1))));

  // A repeated start is one container; its end takes its child along.
  await start(1);
  t.is(Number(readFileSync(pidFile(node, 1), 'utf8')), leaders[0]);
  resourceManager.peer?.session.notify('applicationFinished', { applicationId: APPLICATION });
  const { exit } = await until('end', () => resourceManager.heardOf(container(1), 'COMPLETE'));
  t.like(exit, { kind: 'stopped', by: 'resourcemanager', exitStatus: -107 });
  await until('the child to end', () => processStartTicks(children[0]) === undefined);
  child.kill('SIGTERM');
  await until('its end', () => child.exitCode !== null);
});

function pidFile(node: TestNode, sequence: number): string {
  return join(node.home.nodeManagerDir(0), 'state', 'containers', `${container(sequence)}.pid`);
}
