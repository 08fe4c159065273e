/** How a detached supervisor tells the command that started it why the cluster did not come up. */
import { fromWireError, toWireError, type WeftError, type WireError } from '../../runtime/common/errors/index.js';
import { readJson, removeFile, writeJsonAtomically, type WeftHome } from '../../runtime/common/home.js';
import { join } from 'node:path';

export function writeFailure(home: WeftHome, error: unknown): void {
  writeJsonAtomically(fileOf(home), toWireError(error));
}

export function readFailure(home: WeftHome): WeftError | undefined {
  const wire = readJson<WireError>(fileOf(home));
  return wire === undefined ? undefined : fromWireError(wire);
}

export function removeFailure(home: WeftHome): void {
  removeFile(fileOf(home));
}

/** Beside the logs: the folder of the records belongs to a cluster that runs, perhaps another one. */
function fileOf(home: WeftHome): string {
  return join(home.logsDir, 'start-failure.json');
}
