/** Builds the peer: Flink's jars and our Java jobs, by Maven, into a folder outside the repository. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the peer is built and runs; nothing of it lies in the repository. */
export const PEER_OUT = process.env['WEFT_PEER_OUT'] ?? join(tmpdir(), 'weft-peer');
export const PEER_JAR = join(PEER_OUT, 'target', 'weft-peer.jar');
export const PEER_CLASSPATH = `${join(PEER_OUT, 'lib')}/*`;

/** The sources lie beside this file in the repository; this module runs from dist/. */
const PROJECT = fileURLToPath(new URL('../../../bench/peer/java/', import.meta.url));

export function peerAvailable(): boolean {
  return ['java', 'mvn'].every((command) => spawnSync(command, ['-version'], { stdio: 'ignore' }).status === 0);
}

export function buildPeer(): void {
  mkdirSync(PEER_OUT, { recursive: true });
  const maven = (...args: string[]): void => {
    execFileSync('mvn', ['-q', '-B', '-f', join(PROJECT, 'pom.xml'), ...args], {
      stdio: ['ignore', process.stderr, process.stderr],
      env: { ...process.env, WEFT_PEER_OUT: PEER_OUT },
    });
  };
  const lib = join(PEER_OUT, 'lib');
  if (isOlder(lib, join(PROJECT, 'pom.xml'))) {
    rmSync(lib, { recursive: true, force: true });
    maven('dependency:copy-dependencies', `-DoutputDirectory=${lib}`, '-DincludeScope=runtime');
  }
  maven('package');
}

/** Also when it is not there. */
function isOlder(path: string, than: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) < statSync(than).mtimeMs;
}
