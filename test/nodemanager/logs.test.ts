/** Logs that grow too large, and logs of applications that have ended. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ContainerLogs } from '../../nodemanager/logs/container-logs.js';
import { LogArchive } from '../../nodemanager/logs/log-archive.js';
import { rotateLogs } from '../../nodemanager/logs/log-rotation.js';
import { NodeFolders } from '../../nodemanager/node-folders.js';
import { parseApplicationId, parseContainerId } from '../../runtime/common/ids.js';
import { APPLICATION, TestNode, container, nodeProgram, until } from './harness.js';

function folder(t: { teardown(end: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'weft-logs-'));
  t.teardown(() => {
    rmSync(path, { recursive: true, force: true });
  });
  return path;
}

test('a large file becomes .1, older ones move on, the oldest goes; links and small files stay', async (t) => {
  const path = folder(t);
  const read = (name: string): string => readFileSync(join(path, name), 'utf8');
  symlinkSync('/etc/passwd', join(path, 'link'));
  writeFileSync(join(path, 'small'), 'x');
  for (const content of ['first', 'second', 'third']) {
    writeFileSync(join(path, 'stderr'), content);
    t.deepEqual(await rotateLogs(path, { maxFileBytes: 4, keptFiles: 2 }), ['stderr']);
  }
  t.deepEqual(readdirSync(path).sort(), ['link', 'small', 'stderr', 'stderr.1', 'stderr.2']);
  t.deepEqual([read('stderr'), read('stderr.1'), read('stderr.2'), read('small')], ['', 'third', 'second', 'x']);
  t.deepEqual(await rotateLogs(path, { maxFileBytes: 0, keptFiles: 2 }), []);
  writeFileSync(join(path, 'stderr'), 'fourth');
  await rotateLogs(path, { maxFileBytes: 4, keptFiles: 0 });
  t.is(read('stderr'), '');
});

test('a program writes on into the file that was emptied, and its lines are all there', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const counting = `let n = 0; setInterval(() => { console.log('line ' + n++) }, 1)`;
  await node.startContainer(container(1), nodeProgram(counting));
  const stdout = node.logs(container(1), 'stdout');
  const logFolder = join(stdout, '..');
  for (let times = 0; times < 3; times++) {
    await until('lines', () => readFileSync(stdout, 'utf8').length > 200);
    await rotateLogs(logFolder, { maxFileBytes: 100, keptFiles: 9 });
  }
  const files = ['stdout.3', 'stdout.2', 'stdout.1'].map((name) => readFileSync(join(logFolder, name), 'utf8'));
  const lines = files.join('').trimEnd().split('\n');
  t.deepEqual(
    lines,
    lines.map((_, index) => `line ${index}`),
  );
  await until('the next line', () => readFileSync(stdout, 'utf8').startsWith(`line ${lines.length}\n`));
});

test('logs of ended applications are gathered: read from any node, kept for a while', async (t) => {
  const path = folder(t);
  const [one, two] = ['one', 'two'].map((name) => new NodeFolders(join(path, name))) as [NodeFolders, NodeFolders];
  const archiveOf = (folders: NodeFolders): LogArchive => new LogArchive(folders, join(path, 'archive'));
  for (const [folders, sequence] of [
    [one, 1],
    [two, 2],
  ] as const) {
    mkdirSync(folders.logDir(APPLICATION, container(sequence)), { recursive: true });
    writeFileSync(join(folders.logDir(APPLICATION, container(sequence)), 'stdout'), `words of ${sequence}`);
  }
  await archiveOf(one).add(APPLICATION);
  t.false(one.applicationLogs(APPLICATION).some((logs) => existsSync(logs)));
  const logs = new ContainerLogs(two, archiveOf(two));
  t.deepEqual(await logs.containersOf(parseApplicationId(APPLICATION)), [container(1), container(2)]);
  // One that was interrupted begins anew.
  mkdirSync(join(archiveOf(two).folderOf(APPLICATION), `.${container(2)}.part`));
  await archiveOf(two).add(APPLICATION);
  await archiveOf(two).add(APPLICATION);
  for (const sequence of [1, 2]) {
    const id = parseContainerId(container(sequence));
    t.is((await logs.filesOf(id))[0]?.sizeBytes, 10);
    const stream = (await logs.read(id, 'stdout', { offset: 0, size: undefined })) as NodeJS.ReadableStream;
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    t.is(text, `words of ${sequence}`);
  }
  await archiveOf(one).removeBefore(0);
  t.is((await logs.containersOf(parseApplicationId(APPLICATION))).length, 2);
  await archiveOf(one).removeBefore(Infinity);
  t.is((await logs.containersOf(parseApplicationId(APPLICATION))).length, 0);
});

test('a NodeManager gathers them when the application has ended', async (t) => {
  const node = await TestNode.start({ 'yarn.log-aggregation-enable': 'true' });
  t.teardown(() => node.close());
  await node.startContainer(container(1), nodeProgram('console.log("hello")'));
  await until('end', () => node.resourceManager.heardOf(container(1), 'COMPLETE'));
  t.true(existsSync(node.logs(container(1), 'stdout')));
  node.resourceManager.peer?.session.notify('applicationFinished', { applicationId: APPLICATION });
  await until('logs to move', () => !existsSync(node.logs(container(1), 'stdout')));
  const response = await fetch(`${node.manager.url}/ws/v1/node/containerlogs/${container(1)}/stdout`);
  t.is(await response.text(), 'hello\n');
});
