import test from 'ava';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { materializeArtifact } from '../../../runtime/bundle/index.js';
import { fileOfContent } from '../../../runtime/bundle/artifact.js';
import { WeftError } from '../../../runtime/common/errors/index.js';
import { jobGraphOf, layOut, project, replayInThread, runInClient } from './fixture.js';

const paths = (files: readonly { path: string }[]): string[] => files.map(({ path }) => path).sort();

test.serial('a TypeScript program with an import of its own becomes one file and its source map', async (t) => {
  const program = project({
    'main.ts': `import { execute } from 'weft-stream';\nimport { twice } from './lib/twice.js';\nawait execute({ a: (): number => twice(21) });`,
    'lib/twice.ts': 'export const twice = (x: number): number => 2 * x;',
  });
  const run = await runInClient(program);
  t.deepEqual(paths(run.artifact.files), ['job.mjs', 'job.mjs.map']);
  const { results } = await replayInThread(run.folder, jobGraphOf(run));
  t.deepEqual(results, { a: 42 });
});

test.serial('the same program gives the same hashes', async (t) => {
  const program = project({ 'main.ts': `import { execute } from 'weft-stream';\nawait execute({ a: () => 1 });` });
  const [first, second] = [await program.bundle(), await program.bundle()];
  t.deepEqual(
    first.files.map((file) => file.sha256),
    second.files.map((file) => file.sha256),
  );
});

test.serial('a JavaScript program, CommonJS packages and require of Node modules work', async (t) => {
  const program = project({
    'main.ts': `import { execute } from 'weft-stream';\nimport { createRequire } from 'node:module';\nimport old from 'old';\nconst require = createRequire(import.meta.url);\nawait execute({ a: () => old.name + require('node:path').sep });`,
    'node_modules/old/package.json': '{"name":"old","main":"index.js"}',
    'node_modules/old/index.js': `const os = require('os'); exports.name = typeof os.hostname();`,
  });
  const run = await runInClient(program);
  const { results } = await replayInThread(run.folder, jobGraphOf(run));
  t.deepEqual(results, { a: 'string/' });
});

test.serial('a native package travels with what it needs to run, and no more', async (t) => {
  const program = project(
    {
      'main.ts': `import { execute } from 'weft-stream';\nimport Database from 'better-sqlite3';\nawait execute({ a: () => new Database(':memory:').prepare('select 6 * 7 as x').get().x });`,
    },
    ['better-sqlite3', 'bindings', 'file-uri-to-path'],
  );
  const run = await runInClient(program);
  const files = paths(run.artifact.files);
  t.true(files.some((path) => path === 'node_modules/better-sqlite3/package.json'));
  t.true(files.some((path) => path.startsWith('node_modules/better-sqlite3/') && path.endsWith('.node')));
  t.true(files.some((path) => path.startsWith('node_modules/bindings/')));
  t.false(
    files.some((path) => /\.(c|cpp|h|md|ts)$/.test(path)),
    'sources stay behind',
  );
  t.false(
    files.some((path) => path.includes('prebuild-install')),
    'the installer stays behind',
  );
  const { results } = await replayInThread(run.folder, jobGraphOf(run));
  t.deepEqual(results, { a: 42 });
});

test.serial('data files: imported, by URL, and shipped', async (t) => {
  const program = project({
    'main.ts': `import { execute } from 'weft-stream';
import { readFileSync } from 'node:fs';
import words from './words.txt';
const table = new URL('./data/table.csv', import.meta.url);
await execute({ a: () => words.trim(), b: () => readFileSync(table, 'utf8') });`,
    'words.txt': 'to be\n',
    'data/table.csv': '1,2',
    'extra/one.bin': 'x',
    'extra/deep/two.bin': 'yy',
    'alone.json': '{}',
  });
  const run = await runInClient(program);
  const { results } = await replayInThread(run.folder, jobGraphOf(run));
  t.deepEqual(results, { a: 'to be', b: '1,2' });
  const shipped = await program.bundle('main.ts', ['extra', 'alone.json']);
  t.true(['alone.json', 'extra/deep/two.bin', 'extra/one.bin'].every((path) => paths(shipped.files).includes(path)));
});

async function failure(action: Promise<unknown>): Promise<WeftError> {
  try {
    await action;
  } catch (error) {
    if (error instanceof WeftError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test.serial('what is wrong with a program is named with its line', async (t) => {
  const syntax = await failure(project({ 'main.ts': 'const a = 1;\nconst b = = 2;\n' }).bundle());
  t.is(syntax.code, 'BUNDLE_SYNTAX');
  t.is(syntax.subject, 'main.ts:2:11');
  t.regex(syntax.message, /2 \| const b = = 2;\n +\| {11}\^/);

  const missing = await failure(
    project({ 'main.ts': `import './lib.js';`, 'lib.ts': `import x from 'not-there';\nconsole.log(x);` }).bundle(),
  );
  t.is(missing.code, 'BUNDLE_UNRESOLVED_IMPORT');
  t.regex(missing.message, /lib\.ts:1:15: the import "not-there" of lib\.ts is not there/);

  const wrongName = await failure(project({ 'main.ts': `import { nope } from 'weft-stream';\nnope();` }).bundle());
  t.is(wrongName.code, 'BUNDLE_UNRESOLVED_IMPORT');
  t.regex(wrongName.message, /main\.ts:1:10: .*"weft-stream".*"nope"/);

  t.is((await failure(project({}).bundle())).code, 'BUNDLE_NO_ENTRY');
  t.is((await failure(project({ 'main.ts/x': '' }).bundle())).code, 'BUNDLE_NO_ENTRY');
  const ship = project({ 'main.ts': '', 'a/x.txt': '', 'b/x.txt': '' });
  t.is((await failure(ship.bundle('main.ts', ['none.txt']))).code, 'BUNDLE_BAD_SHIP_FILE');
  t.is((await failure(ship.bundle('main.ts', ['a/x.txt', 'b/x.txt']))).code, 'BUNDLE_BAD_SHIP_FILE');
});

test.serial('an artifact that was changed or points outside its folder is refused', async (t) => {
  const folder = await layOut({ entry: 'a', files: [] });
  const file = fileOfContent('a.txt', Buffer.from('content'));
  const lay = (path: string, content: string): Promise<void> =>
    materializeArtifact([{ ...file, path }], () => Promise.resolve(Buffer.from(content)), folder);
  t.is((await failure(lay('a.txt', 'changed'))).code, 'BLOB_CORRUPT');
  for (const path of ['../a', '/etc/a', 'x/../../a', 'a\\b', './a', '']) {
    t.is((await failure(lay(path, 'content'))).code, 'BUNDLE_BAD_PATH', path);
  }
  await lay('deep/a.txt', 'content');
  t.is(readFileSync(join(folder, 'deep/a.txt'), 'utf8'), 'content');
});
