/**
 * Mistakes that are planted into a copy of the compiled tree, one at a time, to see whether the simulator finds them. Each is a
 * patch of one production file in this folder, as somebody might really have written it.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transform } from 'esbuild';

/** What a simulation needs of the compiled tree. */
const PARTS = ['resourcemanager', 'nodemanager', 'appmaster', 'runtime/common', 'runtime/graph', 'test/sim'];

export function plantedBugs(root: string): string[] {
  const names = readdirSync(join(root, 'test', 'sim', 'planted')).filter((name) => name.endsWith('.patch'));
  return names.map((name) => name.slice(0, -'.patch'.length)).sort();
}

/** Copies the compiled tree into the folder, which is empty. */
export function copyTree(root: string, folder: string): void {
  for (const part of PARTS) cpSync(join(root, 'dist', part), join(folder, 'dist', part), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}

/** Plants a bug into a copied tree. @returns the compiled file as it was, to be put back. @throws Error if it does not apply */
export async function plant(root: string, folder: string, bug: string): Promise<() => void> {
  const patch = readFileSync(join(root, 'test', 'sim', 'planted', `${bug}.patch`), 'utf8');
  const path = /^\+\+\+ b\/(\S+)$/m.exec(patch)?.[1];
  if (path === undefined) throw new Error(`${bug} names no file`);
  const source = join(folder, path);
  mkdirSync(dirname(source), { recursive: true });
  cpSync(join(root, path), source);
  await run(
    'git',
    ['apply', '--unsafe-paths', `--directory=${folder}`, join(root, 'test/sim/planted', `${bug}.patch`)],
    folder,
  );
  const { code } = await transform(readFileSync(source, 'utf8'), { loader: 'ts', format: 'esm', target: 'es2023' });
  const compiled = join(folder, 'dist', path.replace(/\.ts$/, '.js'));
  const before = readFileSync(compiled);
  writeFileSync(compiled, code);
  return () => {
    writeFileSync(compiled, before);
  };
}

/** Runs seeds in the copied tree until one fails. @returns what it says; undefined if none does */
export async function hunt(folder: string, seeds: number): Promise<string | undefined> {
  const args = [join(folder, 'dist/test/sim/main.js'), '--seeds', String(seeds), '--until-failure'];
  const { code, output } = await run(process.execPath, args, folder).catch((error: unknown) => error as Ended);
  if (code === 0) return undefined;
  return /^seed \d+: (?!ok).*$/m.exec(output)?.[0] ?? output.slice(-2000);
}

class Ended extends Error {
  constructor(
    readonly code: number | null,
    readonly output: string,
  ) {
    super(`exit code ${code}: ${output.slice(-2000)}`);
  }
}

/** Resolves when the command has ended well. @throws Ended */
function run(command: string, args: readonly string[], cwd: string): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      const ended = new Ended(code, output);
      if (code === 0) resolve(ended);
      else reject(ended);
    });
  });
}
