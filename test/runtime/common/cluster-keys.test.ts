import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createClusterKeys, readClusterKeys, rollClusterKeys } from '../../../runtime/common/security/cluster-keys.js';

function newPath(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-key-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  return join(folder, 'security', 'cluster.key');
}

test('the key is made once, and only its owner may read it; what is no key is refused', (t) => {
  const path = newPath(t);
  t.throws(() => readClusterKeys(path), { code: 'AUTH_BAD_TOKEN' });
  createClusterKeys(path);
  const keys = readClusterKeys(path);
  t.regex(keys.join(), /^[0-9a-f]{64}$/);
  createClusterKeys(path);
  t.deepEqual(readClusterKeys(path), keys);
  t.is(statSync(path).mode & 0o777, 0o600);
  for (const bad of ['', 'my secret', 'ab', `${keys.join()}0`, `${keys.join()}\n`.repeat(3)]) {
    writeFileSync(path, bad);
    t.throws(() => createClusterKeys(path), { code: 'CONFIG_BAD_FILE' });
  }
});

test('a rolled key stands before the one that it replaces, for one roll', (t) => {
  const path = newPath(t);
  createClusterKeys(path);
  const [first] = readClusterKeys(path);
  rollClusterKeys(path);
  const [second, old] = readClusterKeys(path);
  t.is(old, first);
  rollClusterKeys(path);
  t.deepEqual(readClusterKeys(path).slice(1), [second]);
  t.is(statSync(path).mode & 0o777, 0o600);
  t.false(readFileSync(path, 'utf8').includes(first ?? ''));
});
