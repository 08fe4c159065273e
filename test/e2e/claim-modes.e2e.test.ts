/**
 * Whose the files are of a checkpoint that a job starts from, with state on disk whose checkpoints share files; and a disk that is full
 * while one is written. Each run is a process of its own, with a work folder of its own: nothing local is left of the one before.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { readMetadata, sharedFilesOf } from '../../runtime/checkpoint/index.js';
import { ROOT } from '../tidy/sources.js';

/** Counts by key, sees a record that came twice or never, and fails when some checkpoints are complete. */
const PROGRAM = `import { KeyedProcessFunction, StreamExecutionEnvironment, ValueStateDescriptor } from 'weft-stream';
const KEYS = 5000;
const env = StreamExecutionEnvironment.getExecutionEnvironment();
env.enableCheckpointing(100);
class Counting extends KeyedProcessFunction {
  completed = 0;
  open() {
    this.count = this.getRuntimeContext().getState(new ValueStateDescriptor('count', undefined, 0));
  }
  notifyCheckpointComplete() {
    this.completed++;
  }
  processElement(n) {
    if (this.completed >= 3) throw new Error('that is enough');
    const count = this.count.value();
    if (n !== count * KEYS + (n % KEYS)) throw new Error('lost or twice: ' + n + ' as number ' + count);
    this.count.update(count + 1);
  }
}
env.fromSequence(0, 1_000_000_000).keyBy((n) => n % KEYS).process(new Counting()).uid('counting').addSink(() => undefined);
await env.execute('counting');
`;

class Runs {
  readonly folder = mkdtempSync(join(tmpdir(), 'weft-e2e-claim-'));
  readonly checkpoints = join(this.folder, 'checkpoints');

  constructor(t: ExecutionContext) {
    writeFileSync(join(this.folder, 'counting.ts'), PROGRAM);
    t.teardown(() => rmSync(this.folder, { recursive: true, force: true }));
  }

  /** Runs the program until it fails. @param limit a command of bash before it */
  async run(flags: readonly string[], limit = 'true'): Promise<{ stderr: string; jobFolder: string }> {
    const before = this.jobFolders();
    const weft = [process.execPath, join(ROOT, 'dist', 'bin', 'weft.mjs'), 'run', '-t', 'local', ...OPTIONS];
    const dir = `-Dexecution.checkpointing.dir=file:${this.checkpoints}`;
    const command = [...weft, dir, ...flags, 'counting.ts'];
    const child = spawn('bash', ['-c', `${limit}; exec "$@"`, 'bash', ...command], {
      cwd: this.folder,
      env: { ...process.env, WEFT_HOME: join(this.folder, 'home'), NODE_OPTIONS: '' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    await new Promise((resolve) => child.on('close', resolve));
    const own = this.jobFolders().find((name) => !before.includes(name));
    return { stderr, jobFolder: join(this.checkpoints, own ?? 'none') };
  }

  private jobFolders(): string[] {
    return existsSync(this.checkpoints) ? readdirSync(this.checkpoints) : [];
  }
}

const OPTIONS = [
  '-Dstate.backend.type=rocksdb',
  '-Drestart-strategy.type=none',
  '-Dexecution.checkpointing.externalized-checkpoint-retention=RETAIN_ON_CANCELLATION',
];

/** Paths of the files that the checkpoint shares with others. */
async function sharedOf(checkpoint: string): Promise<Set<string>> {
  const { metadata } = await readMetadata(checkpoint);
  return new Set([...sharedFilesOf(metadata)].map((path) => path.replace(/^file:/, '')));
}

function lastOf(jobFolder: string): string {
  const ids = readdirSync(jobFolder).flatMap((name) => /^chk-(\d+)$/.exec(name)?.[1] ?? []);
  return join(jobFolder, `chk-${Math.max(...ids.map(Number))}`);
}

test('no_claim needs nothing of the former job after its first checkpoint; legacy goes on needing it, and deletes nothing', async (t) => {
  const runs = new Runs(t);
  const first = await runs.run([]);
  t.regex(first.stderr, /that is enough/);
  const origin = lastOf(first.jobFolder);
  const originFiles = await sharedOf(origin);
  t.true(originFiles.size > 0);

  const legacy = await runs.run(['-s', origin, '-cm', 'legacy']);
  t.regex(legacy.stderr, /that is enough/);
  const needed = await sharedOf(lastOf(legacy.jobFolder));
  t.true(
    [...needed].some((path) => originFiles.has(path)),
    'files of the former job are needed on',
  );
  for (const path of originFiles) t.true(existsSync(path), path);

  const unclaimed = await runs.run(['-s', origin, '-cm', 'no_claim']);
  t.regex(unclaimed.stderr, /that is enough/);
  const own = await sharedOf(lastOf(unclaimed.jobFolder));
  t.deepEqual(
    [...own].filter((path) => !path.startsWith(unclaimed.jobFolder)),
    [],
  );
  for (const path of originFiles) t.true(existsSync(path), path);

  rmSync(first.jobFolder, { recursive: true });
  t.regex((await runs.run(['-s', lastOf(unclaimed.jobFolder)])).stderr, /that is enough/);
  const { stderr } = await runs.run(['-s', lastOf(legacy.jobFolder)]);
  t.regex(stderr, /is damaged: it is missing[^]*Start from another checkpoint/);
});

test('a disk that is full while a checkpoint is written: the job says which file, and the checkpoint before stays good', async (t) => {
  const runs = new Runs(t);
  const first = await runs.run([]);
  const good = lastOf(first.jobFolder);
  // No file may be longer than 32 kB: as on a full disk, the write that would pass it fails.
  const onHeap = ['-Dstate.backend.type=hashmap', '-Dexecution.checkpointing.tolerable-failed-checkpoints=0'];
  const full = await runs.run(['-s', good, ...onHeap], "trap '' XFSZ; ulimit -f 32");
  t.regex(full.stderr, /chk-\d+[^]*EFBIG[^]*Code: +\w+/);
  t.regex((await runs.run(['-s', good])).stderr, /that is enough/);
});
