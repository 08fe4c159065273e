import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';
import { OPTIONS } from '../../runtime/common/config/index.js';
import { YARN_SITE_OPTIONS } from '../../runtime/common/config/options/yarn-site.js';
import { CODES } from '../../runtime/common/errors/index.js';
import { toMermaid, type TransitionTable } from '../../runtime/common/state-machine.js';
import { ROOMS, ROOT, sourcesOf } from '../tidy/sources.js';

interface Machine {
  title: string;
  path: string;
  table: TransitionTable<string, string>;
}

interface ReferenceDocs {
  loadMachines(dist: URL): Promise<Machine[]>;
  commandsPage(helpOf: (action: string) => string): string;
  stateMachinesPage(machines: Machine[], draw: typeof toMermaid): string;
  errorsPage(codes: typeof CODES): string;
  configPage(options: typeof OPTIONS, yarnOptions: typeof YARN_SITE_OPTIONS): string;
}

const pages = (await import(pathToFileURL(join(ROOT, 'scripts', 'reference-docs.mjs')).href)) as ReferenceDocs;
const read = (name: string): string => readFileSync(join(ROOT, 'docs', 'reference', name), 'utf8');

test('docs/reference/errors.md lists exactly the codes that exist (npm run docs writes it)', (t) => {
  t.is(read('errors.md'), pages.errorsPage(CODES));
});

test('docs/reference/config.md lists exactly the keys that exist (npm run docs writes it)', (t) => {
  t.is(read('config.md'), pages.configPage(OPTIONS, YARN_SITE_OPTIONS));
});

test('docs/reference/state-machines.md draws the tables as they are (npm run docs writes it)', async (t) => {
  const machines = await pages.loadMachines(new URL('../../', import.meta.url));
  t.is(read('state-machines.md'), pages.stateMachinesPage(machines, toMermaid));
});

test('docs/reference/cli.md shows the help of each action (npm run docs writes it)', (t) => {
  const weft = join(ROOT, 'dist', 'bin', 'weft.mjs');
  const helpOf = (action: string): string =>
    execFileSync(process.execPath, [weft, action, '--help'], { encoding: 'utf8' });
  t.is(read('cli.md'), pages.commandsPage(helpOf));
});

test('every code is thrown somewhere', (t) => {
  const text = sourcesOf(ROOMS)
    .filter(({ path }) => !path.startsWith('runtime/common/errors/codes/'))
    .map((source) => source.text)
    .join('\n');
  t.deepEqual(
    Object.keys(CODES).filter((code) => !text.includes(code)),
    [],
  );
});
