/**
 * `npm test`: installs and builds what is missing, lints, and runs the tests; the last line is `N passed, N failed`.
 * `--long` runs the long suite instead. Further arguments go to ava (e.g. a file pattern).
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
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
/** What tests, and the processes that they kill, leave behind lies in here and goes with it. */
const scratch = mkdtempSync(join(tmpdir(), 'weft-test-'));
// Processes of other users pass through it in the tests of folders.
chmodSync(scratch, 0o711);
/** Names of what failed, repeated at the end, where they are seen. */
const failures = [];

function fail(name) {
  failed++;
  failures.push(name);
}

/**
 * Lint and format count as one test, so that they fail the run like any other. They run beside the tests, at the lowest
 * priority: most tests wait for other processes most of the time.
 */
async function lint() {
  if (long || patterns.length > 0) return;
  const child = spawn('npm', ['run', '--silent', 'lint'], { stdio: ['ignore', 'pipe', 'pipe'] });
  setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  console.log(`${output.trimEnd()}\n${code === 0 ? '✔' : '✘'} lint and format`);
  if (code === 0) passed++;
  else fail('lint and format');
}

/** Runs ava and counts from its TAP output; prints a line per test, and each failure whole. */
async function ava(args) {
  const child = spawn(process.execPath, [join('node_modules', 'ava', 'entrypoints', 'cli.mjs'), '--tap', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', FORCE_COLOR: '0', TMPDIR: scratch },
  });
  /** The result that is being read, with what TAP says of a failure. Two runs may print at the same time. */
  let lines = [];
  const print = () => {
    if (lines.length > 0) console.log(lines.join('\n'));
    lines = [];
  };
  let inFailure = false;
  for await (const line of createInterface({ input: child.stdout })) {
    const result = /^(ok|not ok) \d+ - (.*)$/.exec(line);
    if (result === null) {
      if (inFailure) lines.push(line);
      continue;
    }
    print();
    const [, verdict, name] = result;
    inFailure = verdict === 'not ok' && !/# (SKIP|TODO)/.test(name);
    if (inFailure) fail(name);
    else if (!/# (SKIP|TODO)/.test(name)) passed++;
    lines.push(`${inFailure ? '✘' : '✔'} ${name}`);
    if (!inFailure) print();
  }
  print();
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0 && failed === 0) fail(`ava ended with exit code ${code}`);
}

/** Those that start clusters of real processes wait most of the time: the others run meanwhile. */
const WITH_PROCESSES = ['e2e', 'docs', 'compat', 'kafka'].map((folder) => `dist/test/${folder}/**/*.test.js`);
const NOT_LONG = '!dist/test/**/*.long.test.js';

const linted = lint();
if (long) await ava(['dist/test/**/*.long.test.js', '--timeout=30m']);
else if (patterns.length > 0) await ava(patterns);
else {
  const others = ['dist/test/**/*.test.js', ...WITH_PROCESSES.map((pattern) => `!${pattern}`), NOT_LONG];
  await Promise.all([ava([...WITH_PROCESSES, NOT_LONG]), ava(others)]);
}
await linted;
rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
for (const name of failures) console.log(`failed: ${name}`);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
