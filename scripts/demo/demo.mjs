/** Drives the commands of Weft as a user would, each a process of its own, and shows what they do. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const REFRESH_MS = 150;

export class Demo {
  constructor(home, root) {
    this.root = root;
    this.home = home;
    this.weft = join(root, 'dist', 'bin', 'weft.mjs');
    this.environment = { ...process.env, WEFT_HOME: home };
  }

  async up(nodes) {
    heading(`A cluster: 1 ResourceManager, ${nodes} NodeManagers`);
    console.log((await this.command('up', '--nodes', String(nodes), '-d')).trim());
  }

  async down() {
    if (existsSync(join(this.home, 'cluster'))) await this.command('down').catch((error) => console.error(error.message));
  }

  /** Runs one job per-job, shows its output as it grows, and compares the last line of each key with what is expected. */
  async run({ title, program, input, expected, best, columns }) {
    heading(title);
    const output = join(this.home, 'output', title.split(' ')[0].toLowerCase());
    const args = ['run', '-t', 'yarn-per-job', '-p', '2', program, '--input', input, '--output', output];
    console.log(`$ weft ${args.map((arg) => (arg.startsWith(this.root) ? relative(this.root, arg) : arg)).join(' ')}`);
    const startedMs = performance.now();
    const job = spawn(process.execPath, [this.weft, ...args], { env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    job.stderr.on('data', (chunk) => (errors += chunk));
    createInterface({ input: job.stdout }).on('line', (line) => console.log(line));
    const ended = new Promise((resolve) => job.on('close', resolve));
    const progress = setInterval(() => showProgress(output), REFRESH_MS);
    const code = await ended;
    clearInterval(progress);
    showProgress(output, true);
    if (code !== 0) throw new Error(`The job failed with exit code ${code}.\n${errors}`);

    const last = lastLines(output);
    printTable(columns, best([...last.values()].map((line) => line.split('\t'))));
    compare(last, expected);
    console.log(`Took ${((performance.now() - startedMs) / 1000).toFixed(1)} s in all.`);
  }

  printNext() {
    const { url } = JSON.parse(readFileSync(join(this.home, 'cluster', 'resourcemanager.json'), 'utf8'));
    heading('Next');
    console.log(`The cluster's page:  ${url}/`);
    console.log('To use this cluster from another terminal:');
    console.log(`  export WEFT_HOME=${this.home}`);
    console.log('  npx weft status');
    console.log('  npx yarn-session -s 2 -d                                   # a session; prints the address of its pages');
    console.log('  npx weft run -t yarn-session -d examples/endless.ts        # an endless job in it: watch it on the page');
    console.log('  npx weft list');
  }

  async command(...args) {
    try {
      const { stdout } = await execute(process.execPath, [this.weft, ...args], { env: this.environment });
      return stdout;
    } catch (error) {
      throw new Error(`weft ${args.join(' ')} failed:\n${error.stdout}${error.stderr}`, { cause: error });
    }
  }
}

function heading(text) {
  console.log(`\n── ${text} ${'─'.repeat(Math.max(3, 76 - text.length))}`);
}

/** The files of an output: itself, or those in its folder. */
function filesOf(output) {
  if (!existsSync(output)) return [];
  return statSync(output).isDirectory() ? readdirSync(output).map((name) => join(output, name)) : [output];
}

let shown = 0;

/** One line that is written over again and again: how much came out so far, and the newest result. */
function showProgress(output, done = false) {
  const files = filesOf(output);
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  const count = texts.reduce((sum, text) => sum + (text.match(/\n/g)?.length ?? 0), 0);
  if (count === 0 || (count === shown && !done)) return;
  shown = done ? 0 : count;
  const newest = texts.toSorted((a, b) => b.length - a.length)[0].trimEnd().split('\n').at(-1).replaceAll('\t', '  ');
  const line = `  ${count.toLocaleString('en-US')} results so far, the newest: ${newest}`;
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[2K${line}${done ? '\n' : ''}`);
  else console.log(line);
}

/** The last line of each key: for running results, the total. */
function lastLines(output) {
  const last = new Map();
  for (const file of filesOf(output)) {
    for (const line of readFileSync(file, 'utf8').split('\n')) if (line !== '') last.set(line.split('\t')[0], line);
  }
  return last;
}

function printTable(columns, rows) {
  const widths = columns.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i].length)));
  const format = (cells) => `  ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`;
  console.log(format(columns));
  for (const row of rows) console.log(format(row));
}

function compare(actual, expected) {
  const wrong = [...expected].filter(([key, line]) => actual.get(key) !== line);
  const surplus = [...actual.keys()].filter((key) => !expected.has(key));
  if (wrong.length > 0 || surplus.length > 0) {
    const example = wrong.length > 0 ? `${wrong[0][1]} expected, ${actual.get(wrong[0][0]) ?? 'nothing'} found` : `${surplus[0]} is too much`;
    throw new Error(`The results are wrong: ${wrong.length} keys differ, ${surplus.length} are too many; e.g. ${example}.`);
  }
  console.log(`✔ All ${expected.size.toLocaleString('en-US')} totals equal those worked out without Weft (scripts/demo/expected.mjs).`);
}
