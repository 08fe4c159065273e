/**
 * Refuses input and output in the main part of a program that is run again in a slot thread: another machine has other
 * files, and asking a server once per slot is no replay.
 *
 * Refused: opening connections, starting processes, and calls of `node:fs` that the user's own code makes for paths outside
 * the artifact. Not refused: files of the artifact (shipped ones, native packages), and what libraries read while they
 * load (their nearest caller is not the user's code).
 */
import childProcess from 'node:child_process';
import fs from 'node:fs';
import { Socket } from 'node:net';
import { resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WeftError } from '../../common/errors/index.js';
import type { SourceMapping } from '../source-mapping.js';
import type { Patches } from './patches.js';

/** Functions whose first argument is a path; the synchronous form ends in `Sync`. */
const FILE_FUNCTIONS = ['access', 'appendFile', 'open', 'opendir', 'readFile', 'readdir', 'rm', 'stat', 'writeFile'];
const FILE_STREAMS = ['createReadStream', 'createWriteStream', 'existsSync'];
const PROCESS_FUNCTIONS = ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'];

type AnyFunction = (...args: unknown[]) => unknown;

export interface GuardOptions {
  /** The artifact's folder, below which everything may be read. */
  folder: string;
  mapping: SourceMapping;
  active: () => boolean;
}

export function guardIo(patches: Patches, options: GuardOptions): void {
  const { mapping, active } = options;
  const inArtifact = `${resolve(options.folder)}${sep}`;

  const checkFile = (name: string, target: unknown): void => {
    if (!active()) return;
    const path = pathOf(target);
    if (path === undefined || `${path}${sep}`.startsWith(inArtifact)) return;
    const line = mapping.nearestUserLine(new Error().stack ?? '');
    if (line !== undefined) throw refusal(`${name}("${path}")`, line);
  };
  const checkOther = (what: string): void => {
    if (active()) throw refusal(what, mapping.firstUserLine(new Error().stack ?? ''));
  };

  const guardFile = (owner: object, name: string, asPromise: boolean): void => {
    wrap(patches, owner, name, (real) =>
      asPromise
        ? async (...args) => {
            checkFile(name, args[0]);
            return await real(...args);
          }
        : (...args) => {
            checkFile(name, args[0]);
            return real(...args);
          },
    );
  };
  for (const name of FILE_FUNCTIONS) {
    guardFile(fs.promises, name, true);
    guardFile(fs, name, false);
    guardFile(fs, `${name}Sync`, false);
  }
  for (const name of FILE_STREAMS) guardFile(fs, name, false);

  const guardOther = (owner: object, name: string, what: string): void => {
    wrap(patches, owner, name, (real) => {
      return function (this: unknown, ...args: unknown[]) {
        checkOther(what);
        return real.apply(this, args);
      };
    });
  };
  for (const name of PROCESS_FUNCTIONS) guardOther(childProcess, name, `${name}(…)`);
  guardOther(Socket.prototype, 'connect', 'a network connection');
  guardOther(globalThis, 'fetch', 'fetch(…)');
}

function wrap(patches: Patches, owner: object, name: string, guarded: (real: AnyFunction) => AnyFunction): void {
  const functions = owner as Record<string, AnyFunction | undefined>;
  const real = functions[name];
  if (real !== undefined) patches.replace(functions, name, Object.assign(guarded(real), real));
}

function pathOf(target: unknown): string | undefined {
  if (typeof target === 'string') return resolve(target);
  if (target instanceof URL) return target.protocol === 'file:' ? fileURLToPath(target) : undefined;
  return Buffer.isBuffer(target) ? resolve(target.toString()) : undefined;
}

function refusal(what: string, line: string | undefined): WeftError {
  const where = line === undefined ? '' : ` at ${line}`;
  return new WeftError(
    'BUNDLE_IO_IN_REPLAY',
    `The main part of the program uses ${what}${where}. It runs again in every slot, where only what the client saw may be used.`,
    line === undefined ? {} : { subject: line },
  );
}
