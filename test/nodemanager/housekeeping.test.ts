import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { bothHealthy, runHealthScript } from '../../nodemanager/health/health-script.js';
import { removeOldLogs, removeStrayFolders } from '../../nodemanager/logs/log-retention.js';
import { NodeFolders } from '../../nodemanager/node-folders.js';
import { TestNode, container, nodeProgram, until } from './harness.js';

const OLD = 'application_1_0001';
const RECENT = 'application_1_0002';
const RUNNING = 'application_1_0003';

test('old logs and working folders go, unless the application has containers here', async (t) => {
  const folders = new NodeFolders(mkdtempSync(join(tmpdir(), 'weft-housekeeping-')));
  t.teardown(() => rmSync(folders.root, { recursive: true, force: true }));
  const containerOf = (application: string): string => application.replace('application', 'container') + '_01_000001';
  for (const application of [OLD, RECENT, RUNNING]) {
    const logs = folders.logDir(application, containerOf(application));
    mkdirSync(logs, { recursive: true });
    mkdirSync(folders.workingDir(application, containerOf(application)), { recursive: true });
    writeFileSync(join(logs, 'stderr'), 'words');
    const writtenS = application === RECENT ? 2000 : 1000;
    for (const path of [join(logs, 'stderr'), logs]) utimesSync(path, writtenS, writtenS);
  }
  mkdirSync(folders.workingDir(RUNNING, 'container_1_0003_01_000009'));
  const known = { hasApplication: (id: string) => id === RUNNING, has: (id: string) => id === containerOf(RUNNING) };
  for (const logs of folders.logs) await removeOldLogs(logs, known, 1_500_000);
  for (const applications of folders.applications) await removeStrayFolders(applications, known);
  t.deepEqual(
    [OLD, RECENT, RUNNING].map((id) => folders.applicationLogs(id).some((path) => existsSync(path))),
    [false, true, true],
  );
  t.deepEqual(
    [OLD, RECENT, RUNNING].map((id) => folders.applicationDirs(id).some((path) => existsSync(path))),
    [false, false, true],
  );
  t.deepEqual(
    folders.applicationDirs(RUNNING).flatMap((path) => readdirSync(path)),
    [containerOf(RUNNING)],
  );
});

test('a health script: ERROR lines and hanging count, a failure of its own does not', async (t) => {
  const sh = (text: string, timeoutMs = 5000) => runHealthScript({ path: '/bin/sh', words: ['-c', text], timeoutMs });
  t.deepEqual(await sh('echo fine; exit 3'), { healthy: true, report: '' });
  t.deepEqual(await sh('echo no ERROR here; echo ERROR fan; echo ERROR heat'), {
    healthy: false,
    report: 'ERROR fan ERROR heat',
  });
  const hanging = await sh('sleep 60', 50);
  t.false(hanging.healthy);
  t.regex(hanging.report, /did not end within 50 ms/);
  t.deepEqual(await runHealthScript({ path: '/no/such/script', words: [], timeoutMs: 50 }), {
    healthy: true,
    report: '',
  });
  const full = { healthy: false, report: 'full' };
  t.deepEqual(bothHealthy(full, { healthy: true, report: '' }), full);
});

test('a node tells that its script finds it ill, and keeps what runs', async (t) => {
  const node = await TestNode.start({
    'yarn.nodemanager.health-checker.script.path': '/bin/echo',
    'yarn.nodemanager.health-checker.script.opts': 'ERROR, of a test',
  });
  t.teardown(() => node.close());
  await node.startContainer(container(1), nodeProgram('setInterval(() => {}, 1000)'));
  await until('the verdict', () => node.resourceManager.health?.healthy === false);
  t.is(node.resourceManager.health?.healthReport, 'ERROR of a test');
  t.is(node.manager.containers.get(container(1))?.state, 'RUNNING');
});
