/** `new URL('./table.csv', import.meta.url)` in the user's own code: the file travels with the artifact. */
import type { Loader, Plugin } from 'esbuild';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, resolve, sep } from 'node:path';
import { fileOfDisk, type ArtifactSource } from '../artifact.js';

const REFERENCE = /new\s+URL\(\s*(['"])(\.{1,2}\/[^'"]+)\1\s*,\s*import\.meta\.url\s*,?\s*\)/g;

const LOADERS: Record<string, Loader> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
};

/** Folder of the artifact for these files, apart from shipped ones and the bundle. */
const FOLDER = 'assets';

/** @param found gets each file once, by its path in the artifact */
export function dataFiles(found: Map<string, ArtifactSource>): Plugin {
  return {
    name: 'weft-data-files',
    setup(build) {
      build.onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: 'file' }, async ({ path }) => {
        const loader = LOADERS[extname(path)];
        if (loader === undefined || path.includes(`${sep}node_modules${sep}`)) return undefined;
        const source = await readFile(path, 'utf8');
        if (!source.includes('import.meta.url')) return { contents: source, loader };
        return { contents: await rewrite(source, path, found), loader, resolveDir: dirname(path) };
      });
    },
  };
}

/** Points each reference to where its file will lie beside the bundle. What is not a file is left as it is. */
async function rewrite(source: string, importer: string, found: Map<string, ArtifactSource>): Promise<string> {
  let result = '';
  let from = 0;
  for (const match of source.matchAll(REFERENCE)) {
    const target = resolve(dirname(importer), match[2] ?? '');
    if (!(await isFile(target))) continue;
    const file = await fileOfDisk('', target);
    const path = `${FOLDER}/${file.sha256.slice(0, 12)}-${basename(target)}`;
    found.set(path, { ...file, path });
    result += `${source.slice(from, match.index)}new URL(${JSON.stringify(`./${path}`)}, import.meta.url)`;
    from = match.index + match[0].length;
  }
  return result + source.slice(from);
}

function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}
