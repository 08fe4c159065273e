import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { processStartTicks, sendSignal } from '../../runtime/common/process/process-identity.js';
import { APPLICATION, RESOURCE, TestNode, container, nodeProgram, stopOf, until } from './harness.js';

test('a program runs in its working folder with a clean environment, and its end is reported', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const id = container(1);
  process.env['SECRET_OF_THE_NODE'] = 'hidden';
  const script = node.resourceManager.ship(
    'lib/show.js',
    'console.log(JSON.stringify([process.cwd(), process.argv.slice(2), process.env]))',
  );
  await node.startContainer(id, {
    command: ['{{NODE}}', 'lib/show.js', '{{PWD}}', '$HOME `id` ; {{OTHER}}', '<LOG_DIR>'],
    environment: { WHERE: '{{WEFT_DIST}}/x', WEFT_CONTAINER_ID: 'forged' },
    localResources: [script],
  });
  const status = await until('end', () => node.resourceManager.heardOf(id, 'COMPLETE'));
  t.deepEqual(status.exit, { kind: 'finished', exitStatus: 0, diagnostics: '' });
  const [cwd, words, environment] = JSON.parse(readFileSync(node.logs(id, 'stdout'), 'utf8')) as [
    string,
    string[],
    Record<string, string>,
  ];
  t.is(cwd, node.workingDir(id));
  t.deepEqual(words, [cwd, '$HOME `id` ; {{OTHER}}', node.logs(id, '').replace(/\/$/, '')]);
  t.is(environment['WHERE'], '/weft/dist/roles/x');
  t.is(environment['WEFT_CONTAINER_ID'], id);
  t.is(environment['WEFT_NM_URL'], node.manager.url);
  t.false('SECRET_OF_THE_NODE' in environment);
  t.regex(environment['WEFT_LIVENESS_TOKEN'] ?? '', /^[0-9a-f]{64}$/);
  await until('the working folder to be removed', () => !existsSync(cwd));
});

test('ends are told apart: exit code with stderr, signal, program that is not there', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const { resourceManager } = node;
  await node.startContainer(container(1), nodeProgram('console.error("no luck today"); process.exitCode = 3'));
  const failed = (await until('exit', () => resourceManager.heardOf(container(1), 'COMPLETE'))).exit;
  t.is(failed?.kind, 'exit-code');
  t.is(failed?.exitStatus, 3);
  t.regex(failed?.diagnostics ?? '', /exit code 3.*no luck today/s);

  await node.startContainer(container(2), nodeProgram('setInterval(() => {}, 1000)'));
  const running = await until('pid', () => resourceManager.heardOf(container(2), 'RUNNING'));
  await until(
    'the program itself',
    () =>
      node.manager.containers.status(node.manager.containers.get(container(2))!).pid !==
      node.manager.containers.get(container(2))!.leaderPid,
  );
  t.truthy(running.pid);
  sendSignal(node.manager.containers.status(node.manager.containers.get(container(2))!).pid!, 'SIGKILL');
  const killed = (await until('signal', () => resourceManager.heardOf(container(2), 'COMPLETE'))).exit;
  t.is(killed?.kind, 'signal');
  t.is(killed?.exitStatus, 137);
  t.regex(killed?.diagnostics ?? '', /SIGKILL/);

  const absent = { command: ['no-such-program'], environment: {}, localResources: [] };
  const error = await t.throwsAsync(node.startContainer(container(3), absent));
  t.regex(error?.message ?? '', /"no-such-program" cannot be run.*PATH/);
  t.is((await until('failure', () => resourceManager.heardOf(container(3), 'COMPLETE'))).exit?.kind, 'launch-failed');
});

test('a stop ends the whole process group: in order where the program listens, by force where it does not', async (t) => {
  const node = await TestNode.start({ 'yarn.nodemanager.sleep-delay-before-sigkill.ms': '300' });
  t.teardown(() => node.close());
  const { resourceManager } = node;
  const polite =
    'process.on("SIGTERM", () => { console.log("bye"); process.exit(0) }); setInterval(() => {}, 1000); console.log("up")';
  await node.startContainer(container(1), nodeProgram(polite));
  await until('start', () => readFileSync(node.logs(container(1), 'stdout'), 'utf8').includes('up'));
  node.manager.containers.stop(container(1), stopOf('no longer needed'));
  const stopped = (await until('end', () => resourceManager.heardOf(container(1), 'COMPLETE'))).exit;
  t.deepEqual(stopped, { kind: 'stopped', exitStatus: -105, diagnostics: 'no longer needed', by: 'appmaster' });
  t.regex(readFileSync(node.logs(container(1), 'stdout'), 'utf8'), /bye/);

  const stubborn = `process.on("SIGTERM", () => {});
    const child = require("node:child_process").spawn(process.execPath, ["-e", "process.on('SIGTERM', () => {}); console.log(process.pid); setInterval(() => {}, 1000)"], { stdio: "inherit" });
    setInterval(() => {}, 1000);`;
  await node.startContainer(container(2), nodeProgram(stubborn));
  const grandchild = Number(
    await until('grandchild', () => readFileSync(node.logs(container(2), 'stdout'), 'utf8').trim() || undefined),
  );
  t.not(processStartTicks(grandchild), undefined);
  node.manager.containers.stop(container(2), stopOf('enough'));
  t.is((await until('end', () => resourceManager.heardOf(container(2), 'COMPLETE'))).exit?.kind, 'stopped');
  await until('the grandchild to end', () => processStartTicks(grandchild) === undefined);
});

test('a container that uses more memory than it was given is stopped, and the message shows its curve', async (t) => {
  const node = await TestNode.start({ 'yarn.nodemanager.container-monitor.interval-ms': '50' });
  t.teardown(() => node.close());
  await node.startContainer(
    container(1),
    nodeProgram('const hog = Buffer.alloc(200e6, 1); setInterval(() => hog, 1000)'),
    100,
  );
  const { exit } = await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'));
  t.is(exit?.kind, 'memory');
  t.is(exit?.exitStatus, -104);
  t.regex(
    exit?.diagnostics ?? '',
    /use \d+ MB of resident memory and were given 100 MB\. MB over the last \d+ s: [\d ]+\./,
  );
});

test('starting twice is one container; starting one that ended is an error', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const context = nodeProgram('console.log("once"); setInterval(() => {}, 1000)');
  await Promise.all([node.startContainer(container(1), context), node.startContainer(container(1), context)]);
  await node.startContainer(container(1), context);
  await until('output', () => readFileSync(node.logs(container(1), 'stdout'), 'utf8') !== '');
  t.is(readFileSync(node.logs(container(1), 'stdout'), 'utf8'), 'once\n');
  node.manager.containers.stop(container(1), stopOf('done'));
  await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'));
  await t.throwsAsync(node.startContainer(container(1), context), { message: /has ended already/ });
});

test('a stop that comes while the container starts leaves no process', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const starting = node.startContainer(container(1), nodeProgram('setInterval(() => {}, 1000)'));
  node.manager.containers.stop(container(1), stopOf('changed my mind'));
  await starting.catch(() => undefined);
  const { exit } = await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'));
  t.is(exit?.kind, 'stopped');
  t.deepEqual(RESOURCE, { memoryMb: 512, vcores: 1 });
});

test('when the application ends its containers stop and its folders go, its logs stay', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  await node.startContainer(container(1), nodeProgram('console.log("hello"); setInterval(() => {}, 1000)'));
  await until('output', () => readFileSync(node.logs(container(1), 'stdout'), 'utf8') !== '');
  const kept = join(node.home.highAvailabilityDir, APPLICATION);
  mkdirSync(kept, { recursive: true });
  node.resourceManager.peer?.session.notify('applicationFinished', { applicationId: APPLICATION });
  const { exit } = await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'));
  t.is(exit?.exitStatus, -107);
  await until('folder to go', () => !existsSync(node.workingDir(container(1)).replace(/\/container_.*/, '')));
  await until('what was kept for a next attempt to go', () => !existsSync(kept));
  t.is(readFileSync(node.logs(container(1), 'stdout'), 'utf8'), 'hello\n');
});

test('a container that a user had signalled says so', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  await node.startContainer(container(1), nodeProgram('setInterval(() => {}, 1000)'));
  const params = { containerId: container(1), command: 'FORCEFUL_SHUTDOWN' } as const;
  node.resourceManager.peer?.session.notify('signalContainer', params);
  const { exit } = await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'));
  t.like(exit, { kind: 'signal', by: 'user', signal: 'SIGKILL', exitStatus: 137 });
});
