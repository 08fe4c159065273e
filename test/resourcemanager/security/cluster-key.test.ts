import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readOrCreateClusterKey } from '../../../resourcemanager/security/cluster-key.js';

test('the key is made once, and only its owner may read it; what is no key is refused', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-key-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, 'security', 'cluster.key');
  const key = readOrCreateClusterKey(path);
  t.regex(key, /^[0-9a-f]{64}$/);
  t.is(readOrCreateClusterKey(path), key);
  t.is(statSync(path).mode & 0o777, 0o600);
  for (const bad of ['', 'my secret', 'ab', `${key}0`]) {
    writeFileSync(path, bad);
    t.throws(() => readOrCreateClusterKey(path), { code: 'CONFIG_BAD_FILE' });
  }
});
