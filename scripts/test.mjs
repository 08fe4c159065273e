/**
 * `npm test`: installs and builds what is missing, lints, and runs the tests; the last line is `N passed, N failed`.
 * `--long` runs the long suite instead. Further arguments go to ava (e.g. a file pattern).
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { ensureReady, root } from './ensure-ready.mjs';

ensureReady();
process.chdir(root);

const rest = process.argv.slice(2);
const long = rest.includes('--long');
const patterns = rest.filter((arg) => arg !== '--long');
let passed = 0;
let failed = 0;
/** Names of what failed, repeated at the end, where they are seen. */
const failures = [];

function fail(name) {
  failed++;
  failures.push(name);
}

/** Lint and format count as one test, so that they fail the run like any other. */
function lint() {
  if (long || patterns.length > 0) return;
  console.log('> lint and format');
  const { status } = spawnSync('npm', ['run', '--silent', 'lint'], { stdio: 'inherit' });
  if (status === 0) passed++;
  else fail('lint and format');
}

/** Runs ava and counts from its TAP output; prints each failure whole and a line per file of passes. */
async function ava(args) {
  const child = spawn(process.execPath, [join('node_modules', 'ava', 'entrypoints', 'cli.mjs'), '--tap', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0' },
  });
  let inFailure = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const result = /^(ok|not ok) \d+ - (.*)$/.exec(line);
    if (result === null) {
      if (inFailure) console.log(line);
      continue;
    }
    const [, verdict, name] = result;
    inFailure = verdict === 'not ok' && !/# (SKIP|TODO)/.test(name);
    if (inFailure) fail(name);
    else if (!/# (SKIP|TODO)/.test(name)) passed++;
    console.log(`${inFailure ? '✘' : '✔'} ${name}`);
  }
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0 && failed === 0) fail(`ava ended with exit code ${code}`);
}

lint();
const ALL = ['dist/test/**/*.test.js', '!dist/test/**/*.long.test.js'];
await ava(long ? ['dist/test/**/*.long.test.js', '--timeout=30m'] : patterns.length > 0 ? patterns : ALL);
for (const name of failures) console.log(`failed: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
