import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import test, { type ExecutionContext } from 'ava';
import { FileCache } from '../../nodemanager/localizer/file-cache.js';
import { Localizer } from '../../nodemanager/localizer/localizer.js';
import { placeInFolder } from '../../nodemanager/localizer/safe-path.js';
import { sha256 } from '../../runtime/common/blobs/blob-store.js';
import { hasCode } from '../../runtime/common/errors/index.js';
import type { LocalResource } from '../../runtime/common/wire/protocols/shared.js';

function setUp(t: ExecutionContext, targetBytes = 1e9) {
  const root = mkdtempSync(join(tmpdir(), 'weft-localizer-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  const blobs = new Map<string, Buffer>();
  let fetches = 0;
  const cache = new FileCache(
    join(root, 'cache'),
    (hash) => {
      fetches++;
      return Promise.resolve(Readable.from([blobs.get(hash) ?? Buffer.alloc(0)]));
    },
    targetBytes,
  );
  const ship = (path: string, content: string): LocalResource => {
    const bytes = Buffer.from(content);
    blobs.set(sha256(bytes), bytes);
    return { path, sha256: sha256(bytes), sizeBytes: bytes.length };
  };
  return {
    root,
    blobs,
    cache,
    ship,
    localizer: new Localizer(cache),
    fetches: () => fetches,
    cached: () => readdirSync(join(root, 'cache')),
  };
}

test('files are fetched once per node, also when many ask at the same time', async (t) => {
  const { root, ship, localizer, fetches } = setUp(t);
  const file = ship('deep/down/a.txt', 'content');
  await Promise.all(['one', 'two', 'three'].map((name) => localizer.localize([file], join(root, name))));
  t.is(fetches(), 1);
  t.is(readFileSync(join(root, 'two', 'deep/down/a.txt'), 'utf8'), 'content');
  const program = { ...ship('run.sh', '#!/bin/sh'), executable: true };
  await localizer.localize([program], join(root, 'four'));
  t.is(statSync(join(root, 'four', 'run.sh')).mode & 0o777, 0o555);
});

test('a file that was changed on the way is refused by name and not kept', async (t) => {
  const { root, blobs, ship, localizer, cached } = setUp(t);
  const file = ship('bundle.mjs', 'good');
  blobs.set(file.sha256, Buffer.from('evil'));
  const error = await t.throwsAsync(localizer.localize([file], join(root, 'one')));
  t.true(hasCode(error, 'BLOB_CORRUPT'));
  t.regex(error?.message ?? '', /bundle\.mjs/);
  t.deepEqual(cached(), []);
  t.false(existsSync(join(root, 'one', 'bundle.mjs')));
});

test('a cached file that a container wrote to is fetched anew', async (t) => {
  const { root, ship, localizer, fetches } = setUp(t);
  const file = ship('a.txt', 'content');
  await localizer.localize([file], join(root, 'one'));
  chmodSync(join(root, 'one', 'a.txt'), 0o644);
  writeFileSync(join(root, 'one', 'a.txt'), 'CONTENT');
  await localizer.localize([file], join(root, 'two'));
  t.is(fetches(), 2);
  t.is(readFileSync(join(root, 'two', 'a.txt'), 'utf8'), 'content');
});

test('paths that lead out of the working folder are refused', async (t) => {
  const { root, ship, localizer } = setUp(t);
  for (const path of ['../a', '/etc/passwd', 'a/../../b', 'a//b', './a', 'a/', 'a\0b', '..\\a']) {
    t.throws(() => placeInFolder('/work', path), undefined, path);
    const error = await t.throwsAsync(localizer.localize([ship(path, 'x')], join(root, 'one')));
    t.true(hasCode(error, 'LOCAL_RESOURCE_BAD_PATH'), path);
  }
  t.false(existsSync(join(root, 'one')));
  const inside = await t.throwsAsync(localizer.localize([ship('a', '1'), ship('a/b', '2')], join(root, 'two')));
  t.true(hasCode(inside, 'LOCAL_RESOURCE_BAD_PATH'));
});

test('the cache is cut back to its size, but what a container uses stays', async (t) => {
  const { root, ship, cache, localizer, cached } = setUp(t, 150);
  const used = ship('a', 'a'.repeat(100));
  const unused = [ship('b', 'b'.repeat(100)), ship('c', 'c'.repeat(100))];
  await localizer.localize([used], join(root, 'one'));
  await localizer.localize(unused, join(root, 'two'));
  await cache.cleanUp();
  t.is(cached().length, 3);
  rmSync(join(root, 'two'), { recursive: true });
  await cache.cleanUp();
  t.deepEqual(cached(), [used.sha256]);
});
