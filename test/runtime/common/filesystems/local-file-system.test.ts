import {
  chmodSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import {
  fileSystemOf,
  joinPath,
  nameOf,
  readWholeFile,
  registerFileSystem,
  writeWholeFile,
  type FileSystem,
} from '../../../../runtime/common/filesystems/index.js';

const local = fileSystemOf('/');

function folderFor(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'weft-fs-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('reads ranges in pieces, with and without a scheme', async (t) => {
  const path = join(folderFor(t), 'text');
  writeFileSync(path, '0123456789');
  for (const name of [path, pathToFileURL(path).href, `file:${path}`]) {
    const reader = await fileSystemOf(name).open(name, { fromBytes: 2, toBytes: 8 });
    const pieces: string[] = [];
    for (let piece = await reader.read(4); piece !== undefined; piece = await reader.read(4)) {
      pieces.push(Buffer.from(piece).toString());
    }
    await reader.close();
    await reader.close();
    t.deepEqual(pieces, ['2345', '67']);
    t.is((await readWholeFile(name)).toString(), '0123456789');
  }
});

test('an atomic file appears whole or not at all', async (t) => {
  const folder = folderFor(t);
  const path = join(folder, 'below', 'out');
  const writer = await local.create(path, { atomic: true });
  await writer.write(Buffer.from('half'));
  t.is(await local.stat(path), undefined);
  await writer.write(Buffer.from(' whole'));
  t.is(writer.positionBytes, 10);
  await writer.close();
  t.is(readFileSync(path, 'utf8'), 'half whole');

  const aborted = await local.create(path, { atomic: true, overwrite: true });
  await aborted.write(Buffer.from('other'));
  await aborted.abort();
  t.is(readFileSync(path, 'utf8'), 'half whole');
  await writeWholeFile(path, Buffer.from('new'));
  t.is(readFileSync(path, 'utf8'), 'new');
  t.deepEqual(readdirSync(join(folder, 'below')), ['out']);
});

test('what must not be replaced is refused, also when it came while the file was written', async (t) => {
  const path = join(folderFor(t), 'out');
  const writer = await local.create(path, { atomic: true });
  writeFileSync(path, 'first');
  await t.throwsAsync(writer.close(), { code: 'FILE_EXISTS', message: /out: it is there already/ });
  for (const atomic of [true, false]) {
    await t.throwsAsync(local.create(path, { atomic }), { code: 'FILE_EXISTS' });
  }
  t.is(readFileSync(path, 'utf8'), 'first');
});

test('lists in order of names, follows links, leaves out what is gone', async (t) => {
  const folder = folderFor(t);
  mkdirSync(join(folder, 'c'));
  writeFileSync(join(folder, 'b'), 'bb');
  writeFileSync(join(folder, 'a'), 'a');
  symlinkSync(join(folder, 'nowhere'), join(folder, 'gone'));
  const found = await local.list(folder);
  t.deepEqual(
    found.map(({ name, isFolder, path }) => [name, isFolder, path]),
    [
      ['a', false, join(folder, 'a')],
      ['b', false, join(folder, 'b')],
      ['c', true, join(folder, 'c')],
    ],
  );
  t.is(found[1].sizeBytes, 2);
  await t.throwsAsync(local.list(join(folder, 'nowhere')), { code: 'FILE_NOT_FOUND' });
});

test('moves, deletes and makes folders', async (t) => {
  const folder = folderFor(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'new', 'to')];
  writeFileSync(from, 'text');
  await local.rename(from, to);
  t.is(readFileSync(to, 'utf8'), 'text');
  await t.throwsAsync(local.rename(from, to), { code: 'FILE_NOT_FOUND' });
  await t.throwsAsync(local.delete(join(folder, 'new')), { code: 'FILE_FAILED', message: /not empty/ });
  await local.delete(join(folder, 'new'), { recursive: true });
  await local.delete(join(folder, 'new'));
  await local.mkdirs(join(folder, 'x', 'y'));
  await local.delete(join(folder, 'x', 'y'));
  t.deepEqual(readdirSync(folder), ['x']);
  writeFileSync(from, '');
  await t.throwsAsync(local.mkdirs(from), { code: 'FILE_EXISTS' });
});

test('a file is cut, and goes on behind what is left', async (t) => {
  const path = join(folderFor(t), 'log');
  writeFileSync(path, 'one two');
  const writer = await local.resume(path, 4);
  t.is(writer.positionBytes, 4);
  await writer.write(Buffer.from('three'));
  await writer.close();
  t.is(readFileSync(path, 'utf8'), 'one three');
  await t.throwsAsync(local.resume(path, 10), { code: 'FILE_FAILED', message: /9 bytes, but is to have 10/ });
  await t.throwsAsync(local.resume(`${path}.none`, 0), { code: 'FILE_NOT_FOUND' });
});

test('a folder that the system cannot make is an error, not a wait without end', async (t) => {
  if (!existsSync('/proc/self')) return t.pass();
  await t.throwsAsync(local.mkdirs('/proc/nothing/x/y'), { code: 'FILE_NOT_FOUND' });
});

test('failures name the file and the reason', async (t) => {
  const folder = folderFor(t);
  await t.throwsAsync(local.open(folder), { code: 'FILE_FAILED', message: /it is a folder/ });
  await t.throwsAsync(local.open(join(folder, 'x')), { code: 'FILE_NOT_FOUND', message: /x: it is not there/ });
  await t.throwsAsync(local.open('file://elsewhere/x'), { code: 'FILE_FAILED', message: /file:\/\/\/path/ });
  if (process.getuid?.() === 0) return;
  writeFileSync(join(folder, 'secret'), '');
  chmodSync(join(folder, 'secret'), 0);
  await t.throwsAsync(local.open(join(folder, 'secret')), { code: 'FILE_FAILED', message: /permission is denied/ });
});

test('a scheme chooses the file system; an unknown one is an error that names those there are', (t) => {
  t.throws(() => fileSystemOf('hdfs://namenode/x'), {
    code: 'FILESYSTEM_UNKNOWN',
    message: /"hdfs:".*known are file:/,
  });
  const memory: FileSystem = Object.assign(Object.create(local) as FileSystem, { scheme: 'memory' });
  registerFileSystem(memory);
  t.is(fileSystemOf('memory:/x'), memory);
  t.is(fileSystemOf('C'), local);
});

test('paths are joined and taken apart', (t) => {
  t.is(joinPath('/a', 'b'), '/a/b');
  t.is(joinPath('file:///a/', 'b'), 'file:///a/b');
  t.is(nameOf('/a/b/'), 'b');
  t.is(nameOf('c'), 'c');
});
