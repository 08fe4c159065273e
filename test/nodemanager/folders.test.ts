import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { TestNode, container, nodeProgram } from './harness.js';

/** Users that own nothing here. */
const [OWNER, OTHER] = [65_533, 65_534];

test('the folders of a container are closed to other users', async (t) => {
  const node = await TestNode.start();
  t.teardown(() => node.close());
  const id = container(1);
  const localResources = [node.resourceManager.ship('shipped.txt', 'for the cache')];
  await node.startContainer(id, { ...nodeProgram('setInterval(() => {}, 1000)'), localResources });
  const working = node.workingDir(id);
  const logs = dirname(node.logs(id, 'stdout'));
  for (const folder of [working, join(working, 'tmp'), logs]) t.is(statSync(folder).mode & 0o777, 0o700, folder);
  for (const folder of [dirname(working), dirname(logs)]) t.is(statSync(folder).mode & 0o777, 0o711, folder);
  t.is(statSync(join(node.home.nodeManagerDir(0), 'local', 'filecache')).mode & 0o777, 0o700);
  if (process.getuid?.() !== 0) return;

  // What a user of its own owns there, as the NodeManager gives it to one where it runs as root.
  const secret = join(working, 'secret');
  const open = join(dirname(working), 'open');
  for (const file of [secret, open]) writeFileSync(file, 'for its owner');
  chownSync(working, OWNER, OWNER);
  for (let folder = dirname(working); folder.startsWith(tmpdir()) && folder !== tmpdir(); folder = dirname(folder)) {
    chmodSync(folder, statSync(folder).mode | 0o011);
  }
  const read = (uid: number, file: string) => spawnSync('cat', [file], { uid, gid: uid, cwd: '/', encoding: 'utf8' });
  t.is(read(OWNER, secret).stdout, 'for its owner');
  t.is(read(OTHER, open).stdout, 'for its owner', 'the way there is open');
  t.not(read(OTHER, secret).status, 0);
  t.regex(read(OTHER, secret).stderr, /denied/);
});
