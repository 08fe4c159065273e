/** Installs and builds whatever is missing or stale, so that `npm start` and `npm test` work in a fresh clone. */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const SOURCES = [
  'resourcemanager',
  'nodemanager',
  'appmaster',
  'runtime',
  'cli',
  'test',
  'examples',
  'bench',
  'scripts',
  'conf',
];

function newest(folder) {
  let latest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    latest = Math.max(latest, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return latest;
}

function run(command, args, why) {
  console.log(`> ${why}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`${command} ${args.join(' ')} failed.`);
    process.exit(status ?? 1);
  }
}

/** `npm ci` would empty the folder behind a link, which belongs to whoever made it. */
function isLinked(path) {
  return existsSync(path) && lstatSync(path).isSymbolicLink();
}

export function ensureReady() {
  const modules = join(root, 'node_modules');
  const installed = join(modules, '.package-lock.json');
  const lock = join(root, 'package-lock.json');
  if (!isLinked(modules) && (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs)) {
    run('npm', ['ci', '--no-audit', '--no-fund'], 'installing dependencies (npm ci)');
  }
  const stamp = join(root, 'dist', '.built');
  const sources = SOURCES.map((name) => join(root, name)).filter((path) => existsSync(path));
  const changed = Math.max(...sources.map(newest), statSync(join(root, 'package.json')).mtimeMs);
  if (!existsSync(stamp) || Number(readFileSync(stamp, 'utf8')) < changed) {
    run(process.execPath, [join('scripts', 'build.mjs')], 'building');
  }
}
