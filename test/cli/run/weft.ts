/** Runs the command `weft` as a process of its own, in a folder with a program. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The bundled command where it was built, as users run it; else the compiled module. */
const MAIN =
  ['../../../bin/weft.mjs', '../../../cli/main.js']
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path)) ?? '';

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** @param files content by path */
export function folderWith(files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'weft-run-')));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  ended: Promise<Ended>;
  interrupt(): void;
  /** Closes the other end of its stdout. */
  stopReading(): void;
}

export function start(folder: string, args: readonly string[], script = MAIN): Running {
  mkdirSync(temporaryFolderOf(folder), { recursive: true });
  const child = spawn(process.execPath, [script, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      WEFT_HOME: join(folder, '.weft'),
      WEFT_CONF_DIR: folder,
      WEFT_RM: '',
      TMPDIR: temporaryFolderOf(folder),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return {
    ended: new Promise((settle) => {
      child.on('close', (code) => {
        settle({ code, stdout, stderr });
      });
    }),
    interrupt: () => child.kill('SIGINT'),
    stopReading: () => child.stdout.destroy(),
  };
}

/** Where the command puts temporary files. */
export function temporaryFolderOf(folder: string): string {
  return join(folder, '.tmp');
}

export function weft(folder: string, ...args: string[]): Promise<Ended> {
  return start(folder, args).ended;
}
