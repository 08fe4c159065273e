/** Without a cluster: `weft run -t local` and `node job.js`, as compiled by tsc, give what a cluster gives. */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ROOT } from '../tidy/sources.js';
import { EXAMPLES, TestCluster, type CommandResult } from './kit/cluster.js';
import { countWords, outputLines, totals } from './kit/word-count.js';

const OPTICKS = join(EXAMPLES, 'data', 'opticks.txt');
const EARTHQUAKES = join(EXAMPLES, 'data', 'earthquakes.jsonl');
const WEFT = join(ROOT, 'dist', 'bin', 'weft.mjs');

const TSCONFIG = {
  compilerOptions: {
    ...{ target: 'ES2023', module: 'NodeNext', strict: true, sourceMap: true, outDir: 'compiled' },
    ...{ types: ['node'], typeRoots: [join(ROOT, 'node_modules', '@types')], rootDir: '.' },
  },
  include: ['*.ts'],
};

/** A project with the package installed, and folders of its own for all that a run might leave behind. */
class Project {
  private readonly base = mkdtempSync(join(tmpdir(), 'weft-e2e-local-'));
  readonly folder = join(this.base, 'project');
  private readonly temporary = join(this.base, 'tmp');

  constructor(t: ExecutionContext, sources: Record<string, string> = {}) {
    mkdirSync(join(this.folder, 'node_modules'), { recursive: true });
    mkdirSync(this.temporary);
    symlinkSync(ROOT, join(this.folder, 'node_modules', 'weft-stream'));
    writeFileSync(join(this.folder, 'package.json'), '{ "type": "module" }');
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(this.folder, name), text);
    t.teardown(() => {
      rmSync(this.base, { recursive: true, force: true });
    });
  }

  compile(): Promise<CommandResult> {
    return this.node(join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.');
  }

  weftLocal(...args: string[]): Promise<CommandResult> {
    return this.node(WEFT, 'run', '-t', 'local', ...args);
  }

  /** Runs Node in the project to the process's own end. */
  node(...args: string[]): Promise<CommandResult> {
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, WEFT_HOME: join(this.base, 'home'), TMPDIR: this.temporary, NODE_OPTIONS: '' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return new Promise((resolve) => {
      child.on('close', (code) => {
        resolve({ code: code ?? 128, stdout, stderr });
      });
    });
  }

  /** What lies in the project, in the folder for temporary files, and beside them. */
  everything(): string[] {
    return [this.folder, this.temporary, this.base].flatMap((path) => readdirSync(path).sort());
  }
}

/** The last line of each key, which is its result. */
function results(output: string): Record<string, string> {
  return Object.fromEntries(outputLines(output).map((line) => [line.slice(0, line.indexOf('\t')), line]));
}

test('word count and earthquakes give the same on a cluster, with weft run -t local, and with node job.js', async (t) => {
  const cluster = await TestCluster.start(t);
  const project = new Project(t);
  for (const name of ['word-count.ts', 'earthquakes.ts']) cpSync(join(EXAMPLES, name), join(project.folder, name));
  const { code, stdout } = await project.compile();
  t.is(code, 0, stdout);
  const before = project.everything();

  for (const [job, input] of [
    ['word-count', OPTICKS],
    ['earthquakes', EARTHQUAKES],
  ]) {
    const target = (way: string): string => join(cluster.home, `${job}-${way}`);
    const args = (way: string): string[] => ['--input', input, '--output', target(way)];
    const runs = {
      cluster: await cluster.weft('run', '-t', 'yarn-per-job', '-p', '2', `${EXAMPLES}/${job}.ts`, ...args('cluster')),
      local: await project.weftLocal('-p', '2', `${job}.ts`, ...args('local')),
      node: await project.node(`compiled/${job}.js`, ...args('node')),
    };
    for (const [way, run] of Object.entries(runs)) t.is(run.code, 0, `${way}: ${run.stderr}`);
    t.true(Object.keys(results(target('cluster'))).length > 10);
    t.deepEqual(results(target('local')), results(target('cluster')), job);
    t.deepEqual(results(target('node')), results(target('cluster')), job);
    t.is(runs.node.stdout, '');
  }
  t.deepEqual(totals(join(cluster.home, 'word-count-node')), countWords(OPTICKS));
  t.deepEqual(project.everything(), before, 'a stray file');
});

const TWO_JOBS = `
import { StreamExecutionEnvironment } from 'weft-stream';

const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements('ash', 'birch', 'cedar', 'dogwood').rebalance()
  .map((tree) => tree.toUpperCase()).setParallelism(2).print().setParallelism(2);
const first = await env.execute('trees');
console.log('between', first.jobName);

env.fromSequence(1, 3).map((n) => ({ n, from: first.jobName })).print().setParallelism(1);
env.fromElements('end').print('named').setParallelism(1);
await env.execute('numbers');
console.log('after');
`;

test('several execute() in one program; print() puts the number of its subtask before each line', async (t) => {
  const project = new Project(t, { 'job.ts': TWO_JOBS });
  t.is((await project.compile()).code, 0);
  const before = project.everything();
  const node = await project.node('compiled/job.js');
  t.is(node.stderr, '');
  t.is(node.code, 0);
  const [trees, rest] = node.stdout.split('between trees\n');
  t.regex(trees, /^(1> ([A-Z]+)\n|2> ([A-Z]+)\n)+$/);
  t.regex(trees, /^1> /m);
  t.regex(trees, /^2> /m);
  t.deepEqual(trees.match(/[A-Z]+/g)?.sort(), ['ASH', 'BIRCH', 'CEDAR', 'DOGWOOD']);
  const numbers = rest.trimEnd().split('\n');
  t.is(numbers.at(-1), 'after');
  t.deepEqual(numbers.slice(0, -1).sort(), [...[1, 2, 3].map((n) => `{"n":${n},"from":"trees"}`), 'named> end'].sort());

  const weft = await project.weftLocal('job.ts');
  t.is(weft.stderr, '');
  t.is(weft.code, 0);
  t.is(weft.stdout.match(/^Job has been submitted with JobID [0-9a-f]{32}$/gm)?.length, 2);
  t.deepEqual(recordsIn(weft.stdout), recordsIn(node.stdout));
  t.deepEqual(project.everything(), before, 'a stray file');
});

const FAILING = `
import { StreamExecutionEnvironment } from 'weft-stream';

const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.fromElements(1, 2, 3).map((n) => {
  if (n === 2) throw new RangeError('two is too many');
  return n;
}).print();
await env.execute('failing');
`;

test('a job that fails in one process ends the process with the cause', async (t) => {
  const project = new Project(t, { 'job.ts': FAILING });
  t.is((await project.compile()).code, 0);
  const before = project.everything();
  for (const run of [await project.node('compiled/job.js'), await project.weftLocal('job.ts')]) {
    t.is(run.code, 1);
    t.regex(run.stderr, /two is too many/);
    t.regex(run.stderr, /job\.ts:6:/);
  }
  t.deepEqual(project.everything(), before, 'a stray file');
});

/** What the program printed, in no order, because which subtask a record goes to first is left to chance. */
function recordsIn(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !/^(Job|Program) /.test(line))
    .map((line) => line.replace(/^\d+> /, ''))
    .sort();
}
