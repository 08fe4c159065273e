/** Tells a package with compiled parts from one that is only JavaScript. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

export interface PackageFolder {
  name: string;
  path: string;
}

export interface PackageManifest {
  name?: string;
  gypfile?: boolean;
  napi?: unknown;
  os?: string[];
  cpu?: string[];
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** Packages whose only work is to find a compiled part at run time. */
const LOADERS = ['bindings', 'node-gyp-build', 'node-gyp-build-optional-packages', '@mapbox/node-pre-gyp'];

/** How deep below a package's folder compiled parts are looked for (build/Release/x.node, lib/binding/<abi>/x.node). */
const SEARCH_DEPTH = 4;

const known = new Map<string, boolean>();

/** The package that a resolved file belongs to, if it lies in a `node_modules`. */
export function packageFolderOf(file: string): PackageFolder | undefined {
  const marker = `${sep}node_modules${sep}`;
  const start = file.lastIndexOf(marker);
  if (start < 0) return undefined;
  const [first = '', second = ''] = file.slice(start + marker.length).split(sep);
  const name = first.startsWith('@') ? `${first}/${second}` : first;
  return { name, path: join(file.slice(0, start + marker.length), name) };
}

export function isNativePackage(folder: string): boolean {
  const cached = known.get(folder);
  if (cached !== undefined) return cached;
  const native = looksNative(folder);
  known.set(folder, native);
  return native;
}

export function readManifest(folder: string): PackageManifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
  } catch {
    return {};
  }
}

/** Where Node would find a package from inside a folder. */
export function resolvePackage(name: string, fromFolder: string): string | undefined {
  for (let folder = fromFolder; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === dirname(folder)) return undefined;
  }
}

function looksNative(folder: string): boolean {
  const manifest = readManifest(folder);
  if (manifest.gypfile === true || manifest.napi !== undefined) return true;
  if (existsSync(join(folder, 'binding.gyp')) || existsSync(join(folder, 'prebuilds'))) return true;
  if (LOADERS.some((loader) => manifest.dependencies?.[loader] !== undefined)) return true;
  const platformParts = Object.keys(manifest.optionalDependencies ?? {});
  return platformParts.some((name) => isPlatformPackage(name, folder)) || holdsCompiledPart(folder, SEARCH_DEPTH);
}

/** Whether an optional dependency is installed and made for one platform only, as prebuilt binaries are. */
function isPlatformPackage(name: string, fromFolder: string): boolean {
  const folder = resolvePackage(name, fromFolder);
  if (folder === undefined) return false;
  const { os, cpu } = readManifest(folder);
  return os !== undefined || cpu !== undefined;
}

function holdsCompiledPart(folder: string, depth: number): boolean {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile() && entry.name.endsWith('.node')) return true;
    if (depth > 0 && entry.isDirectory() && entry.name !== 'node_modules') {
      if (holdsCompiledPart(join(folder, entry.name), depth - 1)) return true;
    }
  }
  return false;
}
