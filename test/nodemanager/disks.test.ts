import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { complaintOf, healthOfFolders, readFolder } from '../../nodemanager/health/disk-health.js';
import { FolderPool } from '../../nodemanager/health/folder-pool.js';
import { WeightedTurns } from '../../nodemanager/health/weighted-turns.js';
import { APPLICATION, TestNode, container, nodeProgram, stopOf, until } from './harness.js';

const LIMITS = { maxUtilizationPercent: 90, minFreeMb: 100, minHealthyShare: 0.25 };

function twoFolders(t: ExecutionContext): [string, string] {
  const root = mkdtempSync(join(tmpdir(), 'weft-disks-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  return [join(root, 'one'), join(root, 'two')];
}

/** Nothing can be written there any more, also not by root. */
function breakFolder(path: string): void {
  renameSync(path, `${path}.away`);
  writeFileSync(path, '');
}

function mendFolder(path: string): void {
  rmSync(path);
  renameSync(`${path}.away`, path);
}

test('a folder is good unless it cannot be written to or its disk is too full', (t) => {
  const complaint = (reading: object) => complaintOf({ path: '/d', freeMb: 100, usedPercent: 90, ...reading }, LIMITS);
  t.is(complaint({}), undefined);
  t.is(complaint({ usedPercent: 90.06 }), 'The disk of /d is 90.1 % full, over 90 %.');
  t.is(complaint({ freeMb: 99 }), 'The disk of /d has 99 MB free, under 100 MB.');
  t.is(complaint({ error: 'EROFS' }), '/d cannot be used: EROFS.');
});

test('a node is unhealthy with too small a share of good folders, and always with none', (t) => {
  const healthy = (folders: number, bad: number, share: number) =>
    healthOfFolders('local', folders, Array<string>(bad).fill('Bad.'), share).healthy;
  t.true(healthy(4, 3, 0.25));
  t.false(healthy(5, 4, 0.25));
  t.false(healthy(2, 1, 0.51));
  t.false(healthy(2, 2, 0));
  t.deepEqual(healthOfFolders('log', 2, [], 1), { healthy: true, report: '' });
  t.is(healthOfFolders('log', 2, ['Bad.'], 0.5).report, '1 of 2 log folders can be used. Bad.');
});

test('turns are in proportion to weight', (t) => {
  const turns = new WeightedTurns();
  const next = (weights: Record<string, number>) => turns.next(new Map(Object.entries(weights)));
  t.is(Array.from({ length: 8 }, () => next({ a: 3, b: 1 })).join(''), 'aabaaaba');
  t.is(Array.from({ length: 4 }, () => next({ a: 5, b: 5 })).join(''), 'abab');
  t.is(next({ a: 1, b: 1 }), 'a');
  t.is(next({ a: 5005, b: 5000 }), 'b', 'also when the weights have changed');
  t.is(next({ b: 1 }), 'b');
  t.is(next({}), undefined);
});

test('a look makes folders and finds those that cannot be written to', async (t) => {
  const [one, two] = twoFolders(t);
  const pool = new FolderPool('local', [one, two], { ...LIMITS, maxUtilizationPercent: 100, minFreeMb: 0 });
  t.deepEqual(await pool.look(), []);
  t.deepEqual([readdirSync(one), readdirSync(two)], [[], []]);
  t.true((await readFolder(one)).freeMb > 0);
  breakFolder(one);
  t.regex((await pool.look())[0]?.complaint ?? '', /one cannot be used: E/);
  t.deepEqual([pool.candidates(), pool.candidates()], [[two], [two]]);
  t.deepEqual(await pool.look(), []);
  mendFolder(one);
  t.deepEqual(await pool.look(), [{ path: one }]);
  t.deepEqual(pool.candidates().sort(), [one, two]);
});

test('a node of two disks goes on with one, finds its containers on either, and takes the other back', async (t) => {
  const [one, two] = twoFolders(t);
  const node = await TestNode.start({
    'yarn.nodemanager.local-dirs': `${one}/local, ${two}/local`,
    'yarn.nodemanager.log-dirs': `${one}/logs,${two}/logs`,
    'yarn.nodemanager.disk-health-checker.interval-ms': '100',
    'yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage': '100',
  });
  t.teardown(() => node.close());
  const lies = (disk: string, kind: string, sequence: number) =>
    existsSync(join(disk, kind, 'nodemanager-0', kind === 'local' ? 'apps' : '', APPLICATION, container(sequence)));
  const words = async (sequence: number) => {
    const response = await fetch(`${node.manager.url}/ws/v1/node/containerlogs/${container(sequence)}/stdout`);
    return response.text();
  };
  const localResources = [node.resourceManager.ship('shipped.txt', 'shipped')];
  const program = {
    ...nodeProgram('console.log(fs.readFileSync("shipped.txt", "utf8")); setInterval(() => {}, 1000)'),
    localResources,
  };
  const started = async (sequence: number, disks: readonly string[]) => {
    await node.startContainer(container(sequence), program);
    await until('its words', () => disks.some((disk) => wroteIn(disk, sequence)));
  };
  const wroteIn = (disk: string, sequence: number) => {
    const file = join(disk, 'logs', 'nodemanager-0', APPLICATION, container(sequence), 'stdout');
    return existsSync(file) && readFileSync(file, 'utf8') !== '';
  };
  for (const sequence of [1, 2, 3, 4]) await started(sequence, [one, two]);
  for (const kind of ['local', 'logs']) {
    for (const disk of [one, two])
      t.is([1, 2, 3, 4].filter((n) => lies(disk, kind, n)).length, 2, `${kind} in ${disk}`);
  }
  t.is(node.resourceManager.blobRequests, 2, 'once a disk');

  breakFolder(one);
  const report = await until('the report', () => {
    const { healthReport = '' } = node.resourceManager.health ?? {};
    return healthReport.includes('1 of 2 log folders') && healthReport;
  });
  t.regex(report, /1 of 2 local folders can be used\. .*one\/local\/nodemanager-0 cannot be used: ENOTDIR/);
  t.true(node.resourceManager.health?.healthy);
  for (const sequence of [5, 6]) await started(sequence, [two]);
  t.true([5, 6].every((n) => lies(two, 'local', n) && lies(two, 'logs', n)));
  t.true(node.manager.containers.list().every(({ state }) => state === 'RUNNING'));

  breakFolder(two);
  await until('unhealthy', () => node.resourceManager.health?.healthy === false);
  await t.throwsAsync(node.startContainer(container(7), program), {
    message: /No local folder of the node can be used/,
  });
  for (const disk of [one, two]) mendFolder(disk);
  await until('healthy', () => node.resourceManager.health?.healthReport === '' && node.resourceManager.health.healthy);

  await node.killAndRestart();
  t.deepEqual(await Promise.all([1, 2, 3, 4, 5, 6].map(words)), Array<string>(6).fill('shipped\n'));
  const listed = await fetch(`${node.manager.url}/ws/v1/node/applogs/${APPLICATION}`);
  const { appLogs } = (await listed.json()) as { appLogs: { containers: unknown[] } };
  t.is(appLogs.containers.length, 6);
  for (const n of [1, 2, 3, 4, 5, 6]) node.manager.containers.stop(container(n), stopOf('over'));
  await until('clean-up', () => [1, 2, 3, 4, 5, 6].every((n) => ![one, two].some((disk) => lies(disk, 'local', n))));
  for (const disk of [one, two])
    mkdirSync(join(disk, 'local', 'nodemanager-0', 'apps', APPLICATION), { recursive: true });
  node.resourceManager.peer?.session.notify('applicationFinished', { applicationId: APPLICATION });
  const gone = (disk: string) => !existsSync(join(disk, 'local', 'nodemanager-0', 'apps', APPLICATION));
  await until('application folders to go', () => gone(one) && gone(two));
});
