/** Reads the repository's own sources for the tidy tests. Tests run from dist/, the sources lie two folders up. */
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository: the nearest folder upwards that holds package.json. */
export const ROOT = (() => {
  let folder = fileURLToPath(new URL('.', import.meta.url));
  while (!readdirSync(folder).includes('package.json')) folder = join(folder, '..');
  return folder;
})();

export const ROOMS = ['resourcemanager', 'nodemanager', 'appmaster', 'runtime', 'cli'];

export interface Source {
  /** Relative to the repository, with `/`. */
  path: string;
  text: string;
}

export function sourcesOf(folders: readonly string[], endings: readonly string[] = ['.ts', '.tsx']): Source[] {
  const found: Source[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (endings.some((ending) => entry.name.endsWith(ending))) {
        found.push({ path: relative(ROOT, path).replaceAll('\\', '/'), text: readFileSync(path, 'utf8') });
      }
    }
  };
  for (const folder of folders) walk(join(ROOT, folder));
  return found.sort((a, b) => a.path.localeCompare(b.path));
}

/** The modules that a source imports, as written. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1]);
}
