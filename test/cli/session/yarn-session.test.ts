import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { APPLICATION, FakeRest } from './fake-rest.js';

const ENTRY = fileURLToPath(new URL('../../../cli/yarn-session.js', import.meta.url));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

class Terminal {
  readonly home = mkdtempSync(join(tmpdir(), 'weft-session-'));
  readonly propertiesFile = join(this.home, `.yarn-properties-${userInfo().username}`);
  private readonly children: ChildProcess[] = [];

  constructor(
    t: ExecutionContext,
    readonly rest: FakeRest,
  ) {
    t.teardown(() => {
      for (const child of this.children) child.kill('SIGKILL');
      rest.close();
      rmSync(this.home, { recursive: true, force: true });
    });
  }

  static async open(t: ExecutionContext): Promise<Terminal> {
    const rest = await new FakeRest().start();
    // The JobManager is there at the second look.
    rest.onReport = () => {
      if (rest.state === 'ACCEPTED') rest.running();
    };
    return new Terminal(t, rest);
  }

  /** @param input what is typed; undefined: nothing, and the terminal stays open */
  run(
    args: readonly string[],
    input?: string,
  ): { child: ChildProcess; ended: Promise<Ended>; saw(text: string): Promise<void> } {
    const child = spawn(process.execPath, [ENTRY, ...args], {
      env: { ...process.env, WEFT_HOME: this.home, WEFT_RM: this.rest.url },
      stdio: 'pipe',
    });
    this.children.push(child);
    let out = '';
    let err = '';
    const watchers = new Set<() => void>();
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
      for (const watcher of watchers) watcher();
    });
    child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    if (input !== undefined) child.stdin.end(input);
    return {
      child,
      ended: new Promise((resolve) => {
        child.on('close', (code) => {
          resolve({ code, out, err });
        });
      }),
      saw: (text) =>
        new Promise((resolve) => {
          const look = (): void => {
            if (out.includes(text)) resolve();
          };
          watchers.add(look);
          look();
        }),
    };
  }
}

test('detached: prints the address and how to stop, and remembers the session', async (t) => {
  const terminal = await Terminal.open(t);
  const args = '-s 2 -jm 512 -tm 1g -nm demo -qu reports -at Stream -D web.refresh-interval=5s -d'.split(' ');
  const { code, out } = await terminal.run(args).ended;
  t.is(code, 0);
  t.true(out.startsWith(`JobManager Web Interface: ${terminal.rest.url}\n`));
  t.true(out.includes(`echo "stop" | yarn-session -id ${APPLICATION}`));
  t.true(out.includes(`weft app -kill ${APPLICATION}`));
  const { submission } = terminal.rest;
  t.is(submission?.['application-name'], 'demo');
  t.is(submission?.['application-type'], 'Stream');
  t.is(submission?.queue, 'reports');
  t.deepEqual(submission?.resource, { memory: 512, vCores: 1 }, 'a plain number counts megabytes');
  const properties = readFileSync(terminal.propertiesFile, 'utf8');
  t.true(properties.includes(`applicationID=${APPLICATION}\n`));
  t.true(properties.includes('dynamicPropertiesString=web.refresh-interval\\=5s\n'));
});

test('attached by id: stop from a pipe ends the session', async (t) => {
  const terminal = await Terminal.open(t);
  terminal.rest.running();
  const { code, out } = await terminal.run(['-id', APPLICATION], 'stop\n').ended;
  t.is(code, 0);
  t.true(out.includes('has ended'));
  t.true(terminal.rest.requests.includes('DELETE /cluster'));
  t.false(existsSync(terminal.propertiesFile));
});

test('attached: Ctrl-C ends the session and forgets it', async (t) => {
  const terminal = await Terminal.open(t);
  const session = terminal.run([]);
  await session.saw('JobManager Web Interface');
  t.true(existsSync(terminal.propertiesFile));
  session.child.kill('SIGINT');
  t.is((await session.ended).code, 130);
  t.true(terminal.rest.requests.includes('DELETE /cluster'));
  t.false(existsSync(terminal.propertiesFile));
});

test('a JobManager that does not stop in order is killed', async (t) => {
  const terminal = await Terminal.open(t);
  terminal.rest.running();
  terminal.rest.trackingUrl = 'http://127.0.0.1:1';
  const { code } = await terminal.run(['-id', APPLICATION], 'quit\n').ended;
  t.is(code, 0);
  t.is(terminal.rest.state, 'KILLED');
});

test('attached: a session that fails is reported', async (t) => {
  const terminal = await Terminal.open(t);
  const session = terminal.run([]);
  await session.saw('JobManager Web Interface');
  terminal.rest.diagnostics = 'the JobManager died 6 times';
  terminal.rest.state = 'FAILED';
  const { code, err } = await session.ended;
  t.is(code, 1);
  t.regex(err, /has failed \(FAILED\)\. the JobManager died 6 times/);
  t.false(existsSync(terminal.propertiesFile));
});

test('interrupted before the session runs: the application is killed', async (t) => {
  const terminal = await Terminal.open(t);
  const session = terminal.run([]);
  const submitted = new Promise<void>((resolve) => {
    terminal.rest.onReport = resolve;
  });
  await submitted;
  session.child.kill('SIGINT');
  t.is((await session.ended).code, 130);
  t.is(terminal.rest.state, 'KILLED');
});

test('wrong flags, bad ids and sizes end with 1 and a message', async (t) => {
  const terminal = await Terminal.open(t);
  const run = async (...args: string[]): Promise<Ended> => terminal.run(args).ended;
  const unknown = await run('-n', '4');
  t.is(unknown.code, 1);
  t.true(unknown.out.startsWith('Unrecognized option: -n'));
  t.is((await run('-id', 'nonsense')).code, 1);
  t.regex((await run('-jm', 'lots')).err, /not a memory size/);
  t.regex((await run('-tm', '9g')).err, /9216 MB.*8192 MB/s);
  t.regex((await run('-t', '/nowhere/at/all')).err, /no such file or folder/);
  t.is(terminal.rest.submission, undefined);
});

test('a stale id says so', async (t) => {
  const terminal = await Terminal.open(t);
  terminal.rest.state = 'FINISHED';
  const { code, err } = await terminal.run(['-id', APPLICATION]).ended;
  t.is(code, 1);
  t.regex(err, /is FINISHED/);
});
