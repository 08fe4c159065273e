/** Files and folders that the user ships with a program: laid out beside it under their own names. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { WeftError } from '../common/errors/index.js';
import { ENTRY_FILE, SOURCE_MAP_FILE, fileOfDisk, type ArtifactSource } from './artifact.js';

const RESERVED = new Set([ENTRY_FILE, SOURCE_MAP_FILE, 'node_modules', 'assets']);

/** @throws BUNDLE_BAD_SHIP_FILE */
export async function collectShipFiles(paths: readonly string[]): Promise<ArtifactSource[]> {
  const owners = new Map<string, string>();
  const files: ArtifactSource[] = [];
  for (const path of paths) {
    const name = basename(resolve(path));
    const owner = owners.get(name) ?? (RESERVED.has(name) ? 'the program itself' : undefined);
    if (owner !== undefined) {
      throw new WeftError('BUNDLE_BAD_SHIP_FILE', `${path} cannot be shipped: the name ${name} is taken by ${owner}.`, {
        subject: path,
      });
    }
    owners.set(name, path);
    files.push(...(await filesBelow(name, path)));
  }
  return files;
}

async function filesBelow(inArtifact: string, path: string): Promise<ArtifactSource[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new WeftError('BUNDLE_BAD_SHIP_FILE', `${path} cannot be shipped: there is no such file or folder.`, {
      subject: path,
      cause,
    });
  });
  if (!info.isDirectory()) return [await fileOfDisk(inArtifact, path)];
  const names = await readdir(path);
  return (await Promise.all(names.map((name) => filesBelow(`${inArtifact}/${name}`, join(path, name))))).flat();
}
