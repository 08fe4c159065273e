/** What `weft rm` and `weft nm` have in common: one role in the foreground, with its log on this terminal. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { WeftError, isErrorCode } from '../../runtime/common/errors/index.js';
import type { WeftHome } from '../../runtime/common/home.js';
import { warn } from '../output.js';
import { readLogLine, readStartFailure } from './logs/log-line.js';
import type { RoleCommand } from './role-command.js';

/** Runs the role until it ends; signals pass on to it. @returns its exit code. @throws what kept it from starting */
export async function runRoleInForeground(home: WeftHome, { command }: RoleCommand): Promise<number> {
  const [program = '', ...words] = command;
  // A group of its own, so that Ctrl-C reaches it once, by us.
  const child = spawn(program, words, {
    detached: true,
    env: { ...process.env, WEFT_HOME: home.path },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  let failure: WeftError | undefined;
  createInterface({ input: child.stderr }).on('line', (line) => {
    const told = readStartFailure(line);
    if (told === undefined) warn(readLogLine(line, false).text);
    else failure = new WeftError(isErrorCode(told.code) ? told.code : 'INTERNAL', told.message, { hint: told.hint });
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve(exitCode ?? 1);
    });
  });
  if (failure !== undefined) throw failure;
  return code;
}
