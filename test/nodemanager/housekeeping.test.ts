import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { checkDisks } from '../../nodemanager/health/disk-health.js';
import { removeOldLogs, removeStrayFolders } from '../../nodemanager/logs/log-retention.js';
import { NodeFolders } from '../../nodemanager/node-folders.js';

const OLD = 'application_1_0001';
const RECENT = 'application_1_0002';
const RUNNING = 'application_1_0003';

test('old logs and working folders go, unless the application has containers here', async (t) => {
  const folders = new NodeFolders(mkdtempSync(join(tmpdir(), 'weft-housekeeping-')));
  t.teardown(() => rmSync(folders.root, { recursive: true, force: true }));
  const container = (application: string): string => application.replace('application', 'container') + '_01_000001';
  for (const application of [OLD, RECENT, RUNNING]) {
    const logs = folders.logDir(application, container(application));
    mkdirSync(logs, { recursive: true });
    mkdirSync(folders.workingDir(application, container(application)), { recursive: true });
    writeFileSync(join(logs, 'stderr'), 'words');
    const writtenS = application === RECENT ? 2000 : 1000;
    for (const path of [join(logs, 'stderr'), logs]) utimesSync(path, writtenS, writtenS);
  }
  mkdirSync(folders.workingDir(RUNNING, 'container_1_0003_01_000009'));
  const known = { hasApplication: (id: string) => id === RUNNING, has: (id: string) => id === container(RUNNING) };
  await removeOldLogs(folders, known, 1_500_000);
  await removeStrayFolders(folders, known);
  t.deepEqual(
    [OLD, RECENT, RUNNING].map((id) => existsSync(folders.applicationLogs(id))),
    [false, true, true],
  );
  t.deepEqual(
    [OLD, RECENT, RUNNING].map((id) => existsSync(folders.applicationDir(id))),
    [false, false, true],
  );
  t.deepEqual(readdirSync(folders.applicationDir(RUNNING)), [container(RUNNING)]);
});

test('a node is unhealthy when a disk is too full or a folder cannot be used', async (t) => {
  t.deepEqual(await checkDisks([tmpdir()], 100), { healthy: true, report: '' });
  const full = await checkDisks([tmpdir()], 0);
  t.false(full.healthy);
  t.regex(full.report, /The disk of .* is [\d.]+ % full, over 0 %\./);
  const missing = await checkDisks(['/no/such/folder'], 100);
  t.false(missing.healthy);
  t.regex(missing.report, /no\/such\/folder cannot be used/);
});
