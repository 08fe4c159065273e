/** The package as npm packs it, installed in an empty folder, runs a typed job there with all that it brings. */
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ROOT } from '../tidy/sources.js';
import type { ClusterStatus, CommandResult } from './kit/cluster.js';
import { outputLines } from './kit/word-count.js';

interface Packed {
  filename: string;
  /** Bytes. */
  size: number;
  files: { path: string; size: number }[];
}

const MB = 1024 * 1024;

/** Everything lies below one folder, which is gone after the test. */
class Project {
  private readonly base = mkdtempSync(join(tmpdir(), 'weft-pack-'));
  readonly folder = join(this.base, 'project');
  private readonly home = join(this.base, 'home');

  constructor(t: ExecutionContext) {
    cpSync(join(ROOT, 'test', 'fixtures', 'packed-project'), this.folder, { recursive: true });
    t.teardown(async () => {
      await this.run('npx', '--no', 'weft', 'down');
      rmSync(this.base, { recursive: true, force: true });
    });
  }

  /** Without the scripts: what was built before the tests is what is packed. */
  async pack(): Promise<Packed> {
    const { stdout, stderr, code } = await this.start('npm', ROOT, [
      ...['pack', '--ignore-scripts', '--json', '--pack-destination', this.base],
    ]);
    if (code !== 0) throw new Error(stderr);
    return (JSON.parse(stdout) as Packed[])[0];
  }

  /**
   * npm runs better-sqlite3's own install script, which takes a compiled part that is there for this Node, or else compiles
   * for a minute: here it is given the one of the repository.
   */
  async install(tarball: string): Promise<CommandResult> {
    await this.offerCompiledSqlite();
    return await this.run('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', join(this.base, tarball));
  }

  run(command: string, ...args: string[]): Promise<CommandResult> {
    return this.start(command, this.folder, args);
  }

  output(name: string): string[] {
    return outputLines(join(this.folder, name));
  }

  clusterRecords(): string[] {
    const folder = join(this.home, 'cluster');
    return existsSync(folder) ? readdirSync(folder) : [];
  }

  private async offerCompiledSqlite(): Promise<void> {
    const source = join(ROOT, 'node_modules', 'better-sqlite3');
    const { version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as { version: string };
    const prebuilds = join(this.base, 'prebuilds');
    mkdirSync(prebuilds);
    const name = `better-sqlite3-v${version}-node-v${process.versions.modules}-${process.platform}-${process.arch}.tar.gz`;
    await this.run('tar', '-czf', join(prebuilds, name), '-C', source, 'build/Release/better_sqlite3.node');
    writeFileSync(join(this.folder, '.prebuild-installrc'), `local-prebuilds = ${prebuilds}\n`);
  }

  private start(command: string, cwd: string, args: string[]): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { cwd, env: { ...process.env, WEFT_HOME: this.home, NODE_OPTIONS: '' } });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ code: code ?? 128, stdout, stderr });
      });
    });
  }
}

test('npm pack, installed in an empty folder, runs a typed job there with its own dependencies and data files', async (t) => {
  t.timeout(240_000);
  const project = new Project(t);
  const packed = await project.pack();
  assertContents(t, packed);

  const installed = await project.install(packed.filename);
  t.is(installed.code, 0, installed.stderr);
  const compiled = await project.run(
    process.execPath,
    join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    '-p',
    '.',
  );
  t.is(compiled.code, 0, compiled.stdout);

  const up = await project.run('npx', '--no', 'weft', 'up', '-d');
  t.is(up.code, 0, up.stderr);
  const { code, stderr, stdout } = await project.run(
    ...(['npx', '--no', 'weft', 'run', '-t', 'yarn-per-job', '-p', '2'] as const),
    ...['--ship', 'cities.csv', 'job.ts', '--output', 'visits'],
  );
  t.is(code, 0, stderr);
  t.regex(stdout, /Job has been submitted with JobID [0-9a-f]{32}\n/);
  t.deepEqual(project.output('visits').sort(), [
    'Norway: 1 trips, 30 h',
    'Norway: 2 trips, 31 h',
    'Portugal: 1 trips, 2 h',
    'unknown: 1 trips, 5 h',
  ]);
  const { applications } = JSON.parse(
    (await project.run('npx', '--no', 'weft', 'status', '--json')).stdout,
  ) as ClusterStatus;
  t.is(applications.length, 1);

  const down = await project.run('npx', '--no', 'weft', 'down');
  t.is(down.code, 0, down.stderr);
  t.deepEqual(project.clusterRecords(), []);
});

/** What the commands, the processes and the compiler need, and nothing of how it was made. */
function assertContents(t: ExecutionContext, { files, size }: Packed): void {
  const paths = files.map(({ path }) => path);
  const roles = ['resourcemanager', 'nodemanager', 'appmaster', 'jobmanager', 'taskmanager', 'slot-worker'];
  for (const path of [
    ...['package.json', 'README.md', 'LICENSE', 'dist/THIRD-PARTY-LICENSES.txt'],
    ...['conf/config.yaml', 'conf/yarn-site.xml', 'dist/runtime/api/index.d.ts'],
    ...['dist/bin/weft.mjs', 'dist/bin/yarn-session.mjs', 'dist/bin/weft-stream.mjs'],
    ...roles.map((role) => `dist/roles/${role}.mjs`),
    ...['resourcemanager', 'jobmanager'].map((role) => `dist/webui/${role}/index.html`),
  ]) {
    t.true(paths.includes(path), `${path} is not packed`);
  }
  const strays = /(^|\/)test\/|^(?!dist\/).*\.ts$|\.map$|\.tsbuildinfo$|^examples\/|^bench\/|^scripts\//;
  t.deepEqual(
    paths.filter((path) => strays.test(path)),
    [],
  );
  t.deepEqual(
    paths.filter((path) => readFileSync(join(ROOT, path), 'utf8').includes(ROOT.replace(/\/$/, ''))),
    [],
    'a path of the machine that packed it',
  );
  t.true(size < 5 * MB, `${size} bytes`);
}
