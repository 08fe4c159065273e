/** Lays out native packages with all that they need at run time, as a `node_modules` of the artifact. */
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileOfDisk, type ArtifactSource } from '../artifact.js';
import { readManifest, resolvePackage } from './native-package.js';

/** Needed to build or install a package, never to run it. */
const INSTALL_ONLY = new Set([
  'prebuild-install',
  'prebuildify',
  'prebuild',
  'node-gyp',
  'cmake-js',
  'nan',
  'node-addon-api',
]);

const RUNTIME_EXTENSIONS = new Set(['.js', '.cjs', '.mjs', '.json', '.node', '.wasm', '.so', '.dylib', '.dll']);

/** Folders that hold no code to run: nested packages are laid out by themselves; object files are the compiler's. */
const SKIPPED_FOLDERS = new Set(['node_modules', 'obj', 'obj.target', '.deps', 'test', 'tests', 'docs']);

interface Placed {
  /** Path in the artifact, e.g. `node_modules/a/node_modules/b`. */
  place: string;
  folder: string;
}

/** @param roots folder by package name, as the program imports them */
export async function collectPackages(roots: ReadonlyMap<string, string>): Promise<ArtifactSource[]> {
  const files = await Promise.all(placePackages(roots).map(({ place, folder }) => filesOfPackage(place, folder)));
  return files.flat();
}

/** Each package at the top, or, when another version is there already, below the one that needs it. */
function placePackages(roots: ReadonlyMap<string, string>): Placed[] {
  const placed = new Map<string, string>();
  const queue: Placed[] = [];
  const put = (place: string, folder: string): void => {
    placed.set(place, folder);
    queue.push({ place, folder });
  };
  for (const [name, folder] of roots) put(`node_modules/${name}`, folder);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const name of runtimeDependencies(next.folder)) {
      const folder = resolvePackage(name, next.folder);
      if (folder === undefined) continue;
      const top = `node_modules/${name}`;
      const own = `${next.place}/node_modules/${name}`;
      if (!placed.has(top)) put(top, folder);
      else if (placed.get(top) !== folder && !placed.has(own)) put(own, folder);
    }
  }
  return [...placed].map(([place, folder]) => ({ place, folder }));
}

/** Those that are not installed (optional ones of other platforms) are left out by the caller. */
function runtimeDependencies(folder: string): string[] {
  const { dependencies, optionalDependencies, peerDependencies } = readManifest(folder);
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies });
  return names.filter((name) => !INSTALL_ONLY.has(name));
}

async function filesOfPackage(place: string, folder: string): Promise<ArtifactSource[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry): Promise<ArtifactSource[]> => {
      const path = join(folder, entry.name);
      const inArtifact = `${place}/${entry.name}`;
      if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : filesOfPackage(inArtifact, path);
      return (await isNeededToRun(path)) ? [await fileOfDisk(inArtifact, path)] : [];
    }),
  );
  return files.flat();
}

/** By extension; what has none counts when it is executable (a platform package may be a program). */
async function isNeededToRun(path: string): Promise<boolean> {
  const extension = extname(path);
  if (RUNTIME_EXTENSIONS.has(extension)) return true;
  if (extension !== '') return false;
  const info = await stat(path);
  return info.isFile() && (info.mode & 0o111) !== 0;
}
