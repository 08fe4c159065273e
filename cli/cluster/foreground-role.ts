/** What `weft rm` and `weft nm` have in common: one role in the foreground, with its log on this terminal. */
import { spawn } from 'node:child_process';
import type { WeftHome } from '../../runtime/common/home.js';
import type { RoleCommand } from './role-command.js';

/** Runs the role until it ends; signals pass on to it. @returns its exit code */
export async function runRoleInForeground(home: WeftHome, { command }: RoleCommand): Promise<number> {
  const [program = '', ...words] = command;
  // A group of its own, so that Ctrl-C reaches it once, by us.
  const child = spawn(program, words, {
    detached: true,
    env: { ...process.env, WEFT_HOME: home.path },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      resolve(code ?? 1);
    });
  });
}
